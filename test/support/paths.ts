import path from 'node:path';

/** The project's root; tests run compiled, from build/test. */
export const ROOT = path.resolve(__dirname, '..', '..', '..');

/** A Rust guest that the set-up has built, by its crate's name. */
export function rustGuest(name: string): string {
  return path.join(ROOT, 'wasm', 'target', 'wasm32-wasip1', 'release', `${name}.wasm`);
}

/** A guest in C or C++ that the set-up for tests has built, by its name there. */
export function testGuest(name: string): string {
  return path.join(ROOT, 'build', 'test-guests', `${name}.wasm`);
}

/** A Rust guest, compiled ahead of time by the set-up for this processor. */
export function compiledGuest(name: string): string {
  return path.join(ROOT, 'build', 'guest', `${name}.so`);
}

/** WasmEdge's plug-ins, as the set-up has built them. */
export const PLUGINS = path.join(ROOT, 'build', 'plugin');

/** The model that the package carries. */
export const DEFAULT_MODEL = path.join(ROOT, 'models', 'default', 'model.tflite');

/** As `findModel()` gives it. */
export const FITTED_DEFAULT_MODEL = { file: DEFAULT_MODEL, fit: 'cover', crop: 0.875 } as const;

/** A small model of the tests' own, which knows 23 things. */
export const SMALL_MODEL = path.join(ROOT, 'test', 'models', 'labels-23', 'model.tflite');
