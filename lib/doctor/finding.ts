import { WasmEdgeError, reasonOf } from '../support/errors.js';

/** What was found of one thing that the package needs. */
export interface Finding {
  /** The thing. */
  name: string;
  /** `ok`; `warning`: it works, but not as it could; `failed`: something does not work. */
  status: 'ok' | 'warning' | 'failed';
  /** What is there, or what is wrong. */
  text: string;
  /** The error's code, of the package's own errors. */
  code?: string;
  /** What to do about it, where `text` does not say. */
  remedy?: string;
}

/** Looks at one thing. What it throws becomes a finding, too. */
export interface Check {
  name: string;
  look: () => Promise<Omit<Finding, 'name'>> | Omit<Finding, 'name'>;
}

/** Looks, and never throws. */
export async function find({ name, look }: Check): Promise<Finding> {
  try {
    return { name, ...(await look()) };
  } catch (error) {
    return {
      name,
      status: 'failed',
      text: reasonOf(error),
      ...(error instanceof WasmEdgeError && { code: error.code }),
    };
  }
}

export function ok(text: string): Omit<Finding, 'name'> {
  return { status: 'ok', text };
}

export function warning(text: string, remedy: string): Omit<Finding, 'name'> {
  return { status: 'warning', text, remedy };
}

export function failed(text: string, remedy: string): Omit<Finding, 'name'> {
  return { status: 'failed', text, remedy };
}
