import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the repository. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** What the set-up keeps between runs: stamps, logs, package lists. Ignored by git. */
export const setupFolder = path.join(root, '.setup');

/** The addon looks for the LiteRT library beside itself. */
const releaseFolder = path.join(root, 'build/Release');

export const addonFile = path.join(releaseFolder, 'wasmedge_embed.node');
/** The folder for the WASMEDGE_PLUGIN_PATH of WasmEdge's command line program. */
export const pluginFolder = path.join(root, 'build/plugin');
/** Their names there. */
export const pluginNames = [
  'wasi_nn',
  'wasmedge_tensorflowlite',
  'wasmedge_tensorflow',
  'wasmedge_image',
].map((name) => `lib${name}.so`);
export const pluginCoreFile = path.join(releaseFolder, 'libwasmedge_embed_plugin.so');
export const liteRtFile = path.join(releaseFolder, 'libLiteRt.so');
/** The sources of the default model, and the files made from them. */
export const modelFolder = path.join(root, 'models/default');
export const guest = (name) => path.join(root, `wasm/target/wasm32-wasip1/release/${name}.wasm`);
const compiledGuest = (name) => path.join(root, `build/guest/${name}.so`);

export const guestFile = guest('image-classification');
export const detectingGuestFile = guest('object-detection');
export const compiledGuestFile = compiledGuest('image-classification');
/** The same in the style of the original application, with an embedded model. */
export const embeddingGuestFile = guest('image-classification-wasmedge-tensorflow');
export const compiledEmbeddingGuestFile = compiledGuest('image-classification-wasmedge-tensorflow');
/** The compiled tests of the package, as a pattern for mocha. */
export const packageTests = 'build/test/*.test.js';
/** The command that compiles them. */
export const compileTests = path.join(root, 'test/runner/compile-tests.mjs');
export const commandLine = path.join(root, 'dist/cli/main.js');

/** A program from an npm dependency; exists once the dependencies are installed. */
export function localProgram(name) {
  return path.join(root, 'node_modules/.bin', name);
}

/** The folder for downloads that outlive a clone, by the XDG Base Directory Specification. */
export function cacheFolder() {
  if (process.env.WASMEDGE_EMBED_CACHE) return path.resolve(process.env.WASMEDGE_EMBED_CACHE);
  // According to the specification, a relative path in XDG_CACHE_HOME is invalid and must be
  // ignored.
  const base = process.env.XDG_CACHE_HOME;
  return path.join(
    base && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'),
    'wasmedge-embed',
  );
}

/** Sample data for tests and for the quick start; need not exist. */
export function dataFolder() {
  return path.resolve(root, process.env.WASMEDGE_EMBED_DATA || '../shared/data');
}

/** The path of `file` as a person would type it at the root of the repository. */
export function shown(file) {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? file : relative;
}
