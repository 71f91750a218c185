import path from 'node:path';

import { exampleSteps } from './steps.mjs';
import { photographs } from '../../scripts/setup/photographs.mjs';
import { systemPackages } from '../../scripts/setup/system/step.mjs';
import { runEndToEnd } from '../e2e/run.mjs';

const help = `Installs and builds the examples, and tests each as its users run it.

Usage: npm run test:examples -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  where to write how many tests passed, failed and were skipped, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    this text

The repository is to be set up (npm run quickstart). The examples' npm dependencies and crates are downloaded once.
Without sample data (WASMEDGE_EMBED_DATA) two photographs are, too. The queue worker is tested behind a broker where
RabbitMQ is installed; with WASMEDGE_EMBED_RABBITMQ_REQUIRED=1 it is.
`;

await runEndToEnd({
  help,
  name: 'examples',
  files: 'examples/*.test',
  steps: () => [systemPackages, ...exampleSteps, photographs],
  env: (context) => ({
    WASMEDGE_EMBED_PHOTOGRAPHS: context.photographs.join(path.delimiter),
  }),
});
