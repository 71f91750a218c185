import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand, setUp } from './setup/index.mjs';
import { commandLine, compiledGuestFile, shown } from './setup/paths.mjs';
import { photographs } from './setup/photographs.mjs';
import { outcomeOf, run } from './setup/processes.mjs';

const help = `Sets everything up and classifies photographs inside this Node.js process.

Usage: npm run quickstart -- [--yes] [PHOTO…]

  PHOTO       JPEG files; by default those in the folder of sample data (WASMEDGE_EMBED_DATA,
              by default ../shared/data), otherwise two samples that are downloaded once

  -y, --yes   install missing system packages without asking; this is the default without a
              terminal, and if CI is set
  -h, --help  print this text

The first run installs what is missing (on Debian 12 and 13 with apt-get, which requires root or
sudo; elsewhere it says what to install), the npm dependencies and the LiteRT library, builds the addon,
the TypeScript and the guest, and compiles the guest ahead of time. Later runs only update what has changed.

Environment:
  WASMEDGE_DIR          folder of WasmEdge, if it is neither in the system's folders nor in ~/.wasmedge
  WASMEDGE_EMBED_CACHE  folder for downloads, by default ~/.cache/wasmedge-embed
  WASMEDGE_EMBED_DATA   the folder of sample data: photos/ and models/
`;

function readOptions() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { yes: { type: 'boolean', short: 'y' }, help: { type: 'boolean', short: 'h' } },
  });
  return { ...values, positionals };
}

async function main({ positionals, ...values }) {
  // npm changes to the root of the repository, and provides the original folder.
  const from = process.env.npm_lifecycle_event ? process.env.INIT_CWD : undefined;
  const given = positionals.map((name) => path.resolve(from ?? process.cwd(), name));
  const absent = given.filter((file) => !existsSync(file));
  if (absent.length > 0) {
    console.error(`These photographs do not exist: ${absent.join(', ')}`);
    return 2;
  }

  const context = {
    forTests: false,
    // `npm run quickstart --yes`, without the two dashes that pass an option on, sets npm's own
    // option.
    yes: Boolean(values.yes) || process.env.npm_config_yes === 'true',
    photographs: given,
  };
  const steps = await setUp(context, { more: [photographs], furtherSteps: 1 });
  console.log(`[${steps}/${steps}] Classify\n`);
  return classify(context.photographs);
}

/** The main task, with the command line program of the package. */
async function classify(files) {
  const how = ['--module', compiledGuestFile, '--repeat', '2', '--timings'];
  const args = [commandLine, 'classify', ...how, ...files];
  const result = await run(process.execPath, args, { inherit: true });
  if (result.code !== 0) {
    console.error(`\nThe classification ${outcomeOf(result)}.`);
    return 1;
  }
  console.log('\nYour own photographs: npm run quickstart -- PHOTO.jpg');
  console.log(`All commands: node ${shown(commandLine)} --help; the tests: npm test`);
  return 0;
}

await runCommand(help, readOptions, main);
