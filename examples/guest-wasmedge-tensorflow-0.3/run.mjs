// Labels photographs with a guest that includes its model and has the host decode pictures.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { WasmEdgeError, findModel, inspectModel, loadModule } from 'wasmedge-embed';

const { positionals } = parseArgs({ allowPositionals: true });
if (positionals.length === 0) {
  console.error('Usage: node run.mjs PHOTO.jpg…');
  process.exit(2);
}

const model = findModel();
const { inputs, outputs } = await inspectModel(model.file);
const [, height, width] = inputs[0].shape;
const module = new URL(
  'target/wasm32-wasip1/release/wasmedge-tensorflow-0-3.wasm',
  import.meta.url,
);
const guest = await loadModule(module.pathname, {
  // Decodes outside the sandbox: only for pictures that you trust, or with the isolation worker-process.
  hostModules: ['wasmedge_image'],
  files: { '/model.tflite': model.file, '/labels.txt': model.labels },
  args: [inputs[0].name, outputs[0].name, String(width), String(height)],
  limits: { timeoutMs: 5_000, memoryPages: 1_024 },
});
try {
  await Promise.all(positionals.map(classify));
} finally {
  await guest.close();
}

async function classify(photo) {
  try {
    const { stdout } = await guest.run({ stdin: await readFile(photo) });
    console.log(`${photo}: ${stdout}`.trimEnd());
  } catch (error) {
    // The crate panics on failures: a trap, with the panic message on standard error.
    if (!(error instanceof WasmEdgeError)) throw error;
    console.log(`${photo}: ${error.code} (${error.trap}) ${error.stderr ?? ''}`.trimEnd());
    process.exitCode = 1;
  }
}
