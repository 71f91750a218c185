import { run } from '../../scripts/setup/processes.mjs';
import { keepTests, keyOfTests, runTests } from './guest-tests.mjs';

/*
 * node guest-tests-process.mjs run FOLDER
 * node guest-tests-process.mjs keep JSON, once all tests have passed: their key, what it was made from, cargo's command
 */
const [what, argument] = process.argv.slice(2);

if (what === 'run') {
  // As cargo ends.
  process.exitCode = runTests(argument) ? 0 : 101;
} else {
  await keepBuilt(JSON.parse(argument));
}

async function keepBuilt({ key, programs, how, command, args, cwd, env }) {
  const result = await run(command, [...args, '--no-run', '--message-format=json'], {
    cwd,
    // JSON has null for what is to be removed.
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value ?? undefined])),
  });
  if (result.code !== 0) {
    console.error(result.output);
    process.exitCode = 1;
  } else if ((await keyOfTests(programs, how)) === key) {
    console.log(keepTests(key, result.stdout));
  } else {
    console.log('Not kept for other clones: the sources were edited meanwhile.');
  }
}
