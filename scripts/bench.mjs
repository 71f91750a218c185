import path from 'node:path';

import { runMain, setUp } from './setup/index.mjs';
import { rustEnvironment } from './setup/machine.mjs';
import { commandLine } from './setup/paths.mjs';
import { photographs } from './setup/photographs.mjs';
import { run } from './setup/processes.mjs';

const help = `Sets everything up like \`npm run quickstart\`, then measures: \`wasmedge-embed bench\`.

Usage: npm run bench -- [options of wasmedge-embed bench]
`;

async function main() {
  const args = process.argv.slice(2);
  const isHelp = args.some((argument) => argument === '--help' || argument === '-h');
  const yes = process.env.npm_config_yes === 'true';
  const context = { forTests: false, forBenchmark: true, yes, photographs: [] };
  if (isHelp) process.stdout.write(`${help}\n`);
  else await setUp(context, { more: [photographs] });
  // npm changes to the root of the repository, and provides the original folder.
  const cwd = (process.env.npm_lifecycle_event && process.env.INIT_CWD) || process.cwd();
  const { code } = await run(process.execPath, [path.resolve(commandLine), 'bench', ...args], {
    inherit: true,
    cwd,
    // Rust for WASI, as found by the set-up: a guest with an embedded model is built.
    env: context.machine ? rustEnvironment(context.machine) : {},
  });
  return code ?? 1;
}

await runMain(main);
