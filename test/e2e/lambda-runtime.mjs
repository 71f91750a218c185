import { clientProgram, emulatorProgram, runtimeSteps } from '../../lambda/runtime/steps.mjs';
import { runEndToEnd } from './run.mjs';

const help = `Runs the Lambda handler in AWS's own runtime, and tests it from outside, with curl.

Usage: npm run test:lambda -- [--grep PATTERN] [--yes]

      --grep    only the tests whose names match
      --counts  file for the numbers of passed, failed and skipped tests, as JSON
  -y, --yes     install missing system packages without asking
  -h, --help    print this text

Requires a set-up repository (npm run quickstart). The first run fetches the Runtime Interface Emulator from
the wheel of AWS's SAM CLI, and builds the Runtime Interface Client (aws-lambda-ric), which requires autoconf, automake,
libtool, CMake and a C++ compiler. Both are kept in the cache (WASMEDGE_EMBED_CACHE).
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
