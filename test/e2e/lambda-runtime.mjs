import { clientProgram, emulatorProgram, runtimeSteps } from '../../lambda/runtime/steps.mjs';
import { runEndToEnd } from './run.mjs';

const help = `Runs the Lambda handler in AWS's own runtime, and tests it from outside, with curl.

Usage: npm run test:lambda -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  where to write how many tests passed, failed and were skipped, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    this text

The repository is to be set up (npm run quickstart). The first run fetches the Runtime Interface Emulator out of
the wheel of AWS's SAM CLI, and builds the Runtime Interface Client (aws-lambda-ric), which needs autoconf, automake,
libtool, CMake and a C++ compiler; both are kept in the cache (WASMEDGE_EMBED_CACHE).
`;

await runEndToEnd({
  help,
  name: 'lambda',
  files: 'e2e/lambda-runtime.e2e',
  steps: () => runtimeSteps,
  env: () => ({
    WASMEDGE_EMBED_LAMBDA_CLIENT: clientProgram,
    WASMEDGE_EMBED_LAMBDA_EMULATOR: emulatorProgram,
  }),
});
