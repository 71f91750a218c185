import { WasmEdgeError, reasonOf } from '../support/errors.js';

/** The result of checking one thing that the package needs. */
export interface Finding {
  /** What was checked. */
  name: string;
  /** `ok`; `warning`: it works, but not optimally; `failed`: something does not work. */
  status: 'ok' | 'warning' | 'failed';
  /** What was found, or what is wrong. */
  text: string;
  /** The error's code, for the package's own errors. */
  code?: string;
  /** What to do about it, if `text` does not say so. */
  remedy?: string;
}

/** A check of one thing. An exception becomes a finding, too. */
export interface Check {
  name: string;
  look: () => Promise<Omit<Finding, 'name'>> | Omit<Finding, 'name'>;
}

/** Runs a check; never throws. */
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
