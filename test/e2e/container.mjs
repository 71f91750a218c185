import { containerBase } from '../../scripts/container/base.mjs';
import { containerTools } from '../../scripts/container/buildah.mjs';
import { containerImage, defaultTag, devContainer } from '../../scripts/container/image.mjs';
import { templateChecks } from './template.mjs';
import { cacheFolder } from '../../scripts/setup/paths.mjs';
import { runEndToEnd } from './run.mjs';

const help = `Checks template.yaml, builds the Dockerfile and the dev container without a Docker engine, and classifies
through the image.

Usage: npm run test:container -- [--no-build] [--grep PATTERN] [--yes]

      --no-build  test the existing image
      --grep      only the tests whose names match
      --counts    file for the numbers of passed, failed and skipped tests, as JSON
  -y, --yes       install missing system packages without asking
  -h, --help      print this text

Requires a set-up repository (npm run quickstart) and root. The image is invoked with curl through AWS's Runtime
Interface Emulator inside it, in a separate network namespace. AWS's SAM CLI and cfn-lint, which check the template,
are installed into a Python virtual environment in the cache (WASMEDGE_EMBED_CACHE).
`;

await runEndToEnd({
  help,
  name: 'container',
  files: 'e2e/container.e2e',
  options: { 'no-build': { type: 'boolean' } },
  steps: (values) => [
    ...[...templateChecks, containerTools],
    ...(values['no-build']
      ? []
      : [
          containerBase(),
          containerImage(defaultTag, []),
          containerImage(devContainer.tag, [], devContainer.file),
        ]),
  ],
  env: () => ({
    WASMEDGE_EMBED_CONTAINER_IMAGE: defaultTag,
    WASMEDGE_EMBED_DEV_CONTAINER_IMAGE: devContainer.tag,
    // The cache with the images; by default, tests have their own.
    WASMEDGE_EMBED_CACHE: cacheFolder(),
  }),
  // In a network namespace of its own, where the emulator's ports are free.
  through: ['unshare', '--net', '--', 'sh', '-ec', 'ip link set lo up; exec "$@"', 'sh'],
});
