import path from 'node:path';

import { exampleSteps } from './steps.mjs';
import { photographs } from '../../scripts/setup/photographs.mjs';
import { systemPackages } from '../../scripts/setup/system/step.mjs';
import { runEndToEnd } from '../e2e/run.mjs';

const help = `Installs and builds the examples, and tests each of them as users run it.

Usage: npm run test:examples -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

Requires a set-up repository (npm run quickstart). The examples' npm dependencies and crates are downloaded once, and
so are two photographs if there is no sample data (WASMEDGE_EMBED_DATA). Guests that any clone has built of the same
sources, with the same compilers, are taken from the cache (WASMEDGE_EMBED_CACHE). The queue consumer is tested if RabbitMQ is
installed; WASMEDGE_EMBED_RABBITMQ_REQUIRED=1 installs it.
`;

await runEndToEnd({
  help,
  name: 'examples',
  files: 'examples/*.test',
  steps: () => [systemPackages, ...exampleSteps, photographs],
  env: (context) => ({
    WASMEDGE_EMBED_PHOTOGRAPHS: context.photographs.join(path.delimiter),
    WASMEDGE_EMBED_RUSTC: context.machine.rust.rustc,
    WASMEDGE_EMBED_WASM_LINKER: context.machine.wasmLinker.command,
    WASMEDGE_EMBED_WASI_COMPILER: context.machine.wasiCompiler.command,
  }),
});
