import path from 'node:path';

/** The project's root; tests run compiled, from build/test. */
export const ROOT = path.resolve(__dirname, '..', '..', '..');

/** A Rust guest built by the set-up, by its crate's name. */
export function rustGuest(name: string): string {
  return path.join(ROOT, 'wasm', 'target', 'wasm32-wasip1', 'release', `${name}.wasm`);
}

/** A guest in C or C++ built by the set-up for tests, by its name there. */
export function testGuest(name: string): string {
  return path.join(ROOT, 'build', 'test-guests', `${name}.wasm`);
}

/** A Rust guest, compiled ahead of time for this processor by the set-up. */
export function compiledGuest(name: string): string {
  return path.join(ROOT, 'build', 'guest', `${name}.so`);
}

/**
 * A Rust guest that the set-up for tests has compiled ahead of time for this processor, by its name
 * there: see test/setup/test-guest-compilation.mjs.
 */
export function compiledTestGuest(name: string): string {
  return path.join(ROOT, 'build', 'test-guests', `${name}.so`);
}

/** WasmEdge's plug-ins, built by the set-up. */
export const PLUGINS = path.join(ROOT, 'build', 'plugin');

/** The model in the package. */
export const DEFAULT_MODEL = path.join(ROOT, 'models', 'default', 'model.tflite');

/** As returned by `findModel()`. */
export const FITTED_DEFAULT_MODEL = { file: DEFAULT_MODEL, fit: 'cover', crop: 0.875 } as const;

/** A small model of the tests, which knows 23 classes. */
export const SMALL_MODEL = path.join(ROOT, 'test', 'models', 'labels-23', 'model.tflite');
