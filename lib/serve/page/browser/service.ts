/** What the server has written into the page. */
export interface Service {
  /** What to do with pictures, which is also the name of the resource. */
  task: 'classify' | 'detect';
  /** The isolations that a request may select; the first is the server's own. */
  isolations: readonly string[];
  /** Describes the model. */
  model?: string;
  /** Maximum size of a request's body. */
  maxBytes: number;
}

export function readService(): Service {
  return JSON.parse(byId('service', HTMLScriptElement).textContent) as Service;
}

/** An element of the page, which must be of this kind. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`The page has no ${kind.name} ${id}.`);
}
