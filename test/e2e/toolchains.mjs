import { rmSync } from 'node:fs';
import path from 'node:path';

import { requirePrebuilds } from '../../scripts/package/prebuilds.mjs';
import { tarball, tarballFile } from '../../scripts/package/tarball.mjs';
import { nodeFolder, packageTools, toolsFolder } from '../../scripts/package/tools.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { setupFolder } from '../../scripts/setup/paths.mjs';
import { systemPackages } from '../../scripts/setup/system/step.mjs';
import { runEndToEnd } from './run.mjs';
import { readLines, writeTable } from './toolchains/table.mjs';
import { otherToolchains, quickToolchains, toolchainsFolder } from './toolchains/tools.mjs';

const help = `Classifies with the package in test runners, bundlers, file tracers and other runtimes.

Usage: npm run test:toolchains -- [--quick] [--grep PATTERN] [--write] [--yes]

      --quick   only Jest, Vitest, @vercel/nft and esbuild, with the package as built here, without a tarball
      --write   write the table of results to docs/toolchains.md
      --grep    only the tests whose names match
      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

Requires a set-up repository (npm run quickstart) and, except with --quick, the prebuild (npm run prebuild). The
toolchains are installed with npm, as pinned by test/e2e/toolchains/*/package-lock.json, and kept in the cache
(WASMEDGE_EMBED_CACHE, 140 MB with --quick, otherwise 900 MB).
`;

const lines = path.join(setupFolder, 'toolchains.jsonl');

await runEndToEnd({
  help,
  name: 'toolchains',
  options: { quick: { type: 'boolean' }, write: { type: 'boolean' } },
  files: ({ quick }) => (quick ? 'e2e/toolchains-quick.e2e' : 'e2e/toolchains-*.e2e'),
  steps: ({ quick, write, grep }) => {
    if (write && (quick || grep !== undefined)) {
      throw new SetupFailure('--write is for all of them: without --quick and --grep.');
    }
    return quick
      ? [quickToolchains]
      : [
          ...[systemPackages, packageTools, quickToolchains, otherToolchains],
          ...[requirePrebuilds(false), tarball],
        ];
  },
  env: (_context, { quick }) => {
    rmSync(lines, { force: true });
    return {
      WASMEDGE_EMBED_TOOLCHAINS_QUICK: toolchainsFolder('quick'),
      ...(!quick && {
        WASMEDGE_EMBED_TOOLCHAINS_OTHERS: toolchainsFolder('others'),
        WASMEDGE_EMBED_TOOLCHAIN_LINES: lines,
        WASMEDGE_EMBED_TARBALL: tarballFile,
        WASMEDGE_EMBED_PACKAGE_TOOLS: toolsFolder,
        WASMEDGE_EMBED_NODE_20: nodeFolder(20),
        WASMEDGE_EMBED_NODE_24: nodeFolder(24),
      }),
    };
  },
  after: async ({ write }) => {
    if (!write) return;
    await writeTable(readLines(lines));
    console.log('The table is in docs/toolchains.md.');
  },
});
