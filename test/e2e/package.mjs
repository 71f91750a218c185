import { debian11, debian11Folder } from '../../scripts/package/debian11.mjs';
import { requirePrebuilds } from '../../scripts/package/prebuilds.mjs';
import { packageLints, tarball, tarballFile } from '../../scripts/package/tarball.mjs';
import { nodeFolder, packageTools, toolsFolder } from '../../scripts/package/tools.mjs';
import { systemPackages } from '../../scripts/setup/system/step.mjs';
import { runEndToEnd } from './run.mjs';

const help = `Creates the package's tarball, lints it, installs it as users do, and classifies with it.

Usage: npm run test:package -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

Requires a set-up repository (npm run quickstart), the prebuild (npm run prebuild) and root. The package is installed
into empty folders with npm 10, 11 and 12, pnpm and Yarn, which are kept in the cache (WASMEDGE_EMBED_CACHE), and
tested with its prebuild, built from its own sources, and in a Debian 11 without WasmEdge.
`;

await runEndToEnd({
  help,
  name: 'package',
  files: 'e2e/package-*.e2e',
  steps: () => [
    ...[systemPackages, packageTools, debian11(process.arch)],
    ...[requirePrebuilds(false), tarball, ...packageLints],
  ],
  env: () => ({
    WASMEDGE_EMBED_TARBALL: tarballFile,
    WASMEDGE_EMBED_PACKAGE_TOOLS: toolsFolder,
    WASMEDGE_EMBED_NODE_20: nodeFolder(20),
    WASMEDGE_EMBED_NODE_24: nodeFolder(24),
    WASMEDGE_EMBED_DEBIAN_11: debian11Folder(process.arch),
  }),
});
