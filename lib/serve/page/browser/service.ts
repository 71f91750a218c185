/** What the server has written into the page. */
export interface Service {
  /** What is made of pictures, which is the resource to ask. */
  task: 'classify' | 'detect';
  /** What a request may ask for; the first is the server's own. */
  isolations: readonly string[];
  /** The words that say which model answers. */
  model?: string;
  /** The largest body of a request. */
  maxBytes: number;
}

export function readService(): Service {
  return JSON.parse(byId('service', HTMLScriptElement).textContent) as Service;
}

/** An element that is part of the page, of the kind that it has to be. */
export function byId<T extends HTMLElement>(id: string, kind: new () => T): T {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`The page has no ${kind.name} ${id}.`);
}
