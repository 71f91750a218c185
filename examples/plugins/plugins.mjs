// Plug-ins: WebAssembly modules in a folder, each of which may change a text. They are not trusted.
import { AsyncLocalStorage } from 'node:async_hooks';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { loadModule } from 'wasmedge-embed';

/** Longest text that a plug-in may return. */
const TEXT_BYTES = 65_536;

/** The text of the current invocation, where host functions find it, whichever plug-in calls. */
const texts = new AsyncLocalStorage();

const imports = {
  text: {
    async read({ memory }, to, size) {
      const { bytes } = texts.getStore();
      await memory.write(to, bytes.subarray(0, size >>> 0));
      return bytes.length;
    },
    async write({ memory }, from, length) {
      if (length >>> 0 > TEXT_BYTES) throw new Error(`a text can have at most ${TEXT_BYTES} bytes`);
      texts.getStore().bytes = await memory.read(from, length);
    },
  },
};

/** Loads all plug-ins in a folder, in alphabetical order. */
export async function loadPlugins(folder) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.wasm')).sort();
  return Promise.all(
    names.map((name) =>
      loadModule(path.join(folder, name), {
        // No native code, compiled within limits, in worker processes.
        trusted: false,
        isolation: 'worker-process',
        workerProcess: { workers: 1 },
        imports,
        limits: { timeoutMs: 500, memoryPages: 16, outputBytes: 0 },
      }),
    ),
  );
}

/** Applies all plug-ins to a text. One that fails changes nothing, and is reported to `onFailure`. */
export async function applyAll(plugins, text, onFailure) {
  let bytes = Buffer.from(text);
  for (const plugin of plugins) {
    const given = { bytes };
    try {
      await texts.run(given, () => plugin.call('apply'));
      bytes = given.bytes;
    } catch (error) {
      onFailure(path.basename(plugin.file, '.wasm'), error);
    }
  }
  return bytes.toString();
}
