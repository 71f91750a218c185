import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { parallel } from '../../scripts/setup/addon.mjs';
import { SetupFailure } from '../../scripts/setup/failure.mjs';
import { runCommand } from '../../scripts/setup/index.mjs';
import { root, setupFolder } from '../../scripts/setup/paths.mjs';
import { ask } from '../../scripts/setup/processes.mjs';
import { runCases } from './google-test.mjs';
import { sideBySide } from './side-by-side.mjs';

const help = `Runs the native tests of a preset like \`ctest --preset NAME\`, but many in each process.

Usage: node test/runner/native-tests.mjs --preset NAME [--counts FILE] [--parallel N]

      --preset    a preset of CMakePresets.json, already built
      --counts    file for the numbers of passed, failed and skipped tests, as JSON
      --parallel  how many processes run at the same time; by default one for each processor
  -h, --help      print this text
`;

/**
 * Suites whose cases need a process each: they change something that belongs to the whole process (signals, limits, the
 * environment, slots of libraries), or test what a process does the first time.
 */
const alone =
  /^(Modes\/)?(CodeVerifier|ElfSlots|FaultGuard|GenericTarget|GuestReturn|InheritedOutput|Litert|MemoryReservation|Plugin|ProgramLog|Signals|StandInLibrary|UnwindingTables|WasmEdgeAbi)/;
/** Few enough that processes end at about the same time, many enough that starting them costs little. */
const casesInProcess = 32;
const usualTimeoutSeconds = 300;

function readOptions() {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string' },
      counts: { type: 'string' },
      parallel: { type: 'string', default: String(parallel) },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.preset === undefined && !values.help) throw new Error('Name the preset: --preset.');
  const most = Number(values.parallel);
  if (!Number.isInteger(most) || most < 1) {
    throw new Error(`--parallel takes a whole number from 1 on, not '${values.parallel}'.`);
  }
  return {
    ...values,
    most,
    counts: values.counts ?? path.join(setupFolder, `${values.preset}.json`),
  };
}

async function main({ preset, counts, most }) {
  const { program, cwd, cases } = await listCases(preset);
  let done = 0;
  const groups = await sideBySide(processesOf(cases), most, async (group) => {
    const results = await runCases(program, group, { cwd });
    done += group.length;
    console.log(`${done} of ${cases.length} tests`);
    return results;
  });
  const results = groups.flat();
  const failed = results.filter(({ result }) => result === 'failed');
  const skipped = results.filter(({ result }) => result === 'skipped');
  for (const { case: each, output } of failed) console.log(`\n${each.name}\n${output}`);
  if (failed.length > 0) console.log('\nFailed:');
  for (const { case: each } of failed) console.log(`  ${each.name}`);
  const passed = results.length - failed.length - skipped.length;
  console.log(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped`);
  const summary = {
    ...{ passed, failed: failed.length },
    skipped: skipped.map(({ case: { name }, reason }) => ({ name, reason })),
  };
  mkdirSync(path.dirname(counts), { recursive: true });
  writeFileSync(counts, JSON.stringify(summary));
  return failed.length === 0 ? 0 : 1;
}

/** The cases that ctest would run, without those that the preset excludes. */
async function listCases(preset) {
  const text = await ask('ctest', ['--preset', preset, '--show-only=json-v1'], { cwd: root });
  const { tests } = JSON.parse(text ?? '{"tests":[]}');
  if (tests.length === 0) throw new SetupFailure(`ctest has no tests of the preset ${preset}.`);
  const cases = tests.map(({ name, command, properties }) => {
    const property = (key) => properties.find((each) => each.name === key)?.value;
    return {
      ...{ name, program: command[0], cwd: property('WORKING_DIRECTORY') },
      filter: command.find((word) => word.startsWith('--gtest_filter=')).replace(/^[^=]+=/, ''),
      timeoutMs: 1000 * (property('TIMEOUT') ?? usualTimeoutSeconds),
    };
  });
  const [{ program, cwd }] = cases;
  return { program, cwd, cases };
}

/** Cases of a suite stay together, because its first case often prepares something for the others. */
function processesOf(cases) {
  const groups = cases.filter(({ name }) => alone.test(name)).map((each) => [each]);
  const others = cases.filter(({ name }) => !alone.test(name));
  for (let begin = 0; begin < others.length; begin += casesInProcess) {
    groups.push(others.slice(begin, begin + casesInProcess));
  }
  return groups;
}

await runCommand(help, readOptions, main);
