import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { releaseSteps } from './release/steps.mjs';
import { SetupFailure } from './setup/failure.mjs';
import { runCommand } from './setup/index.mjs';
import { root, shown } from './setup/paths.mjs';
import { ProgressLine } from './setup/progress.mjs';
import { Task } from './setup/task.mjs';

const help = `Goes through the release checklist, up to publishing, which is left to you.

Usage: npm run release:check -- [--all]

      --all   include the tests that take long (npm run test:all)
      --list  print the checklist
  -h, --help  print this text

Checks that take seconds always run; those that take minutes only start if all previous ones have passed. The exit
code is 1 if any check failed. Logs are in .setup/logs. Requires the sample data (WASMEDGE_EMBED_DATA).
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean' },
      list: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  return values;
}

async function main({ all, list }) {
  if (list) {
    for (const { title } of releaseSteps) console.log(title);
    return 0;
  }
  let failures = 0;
  for (const [index, step] of releaseSteps.entries()) {
    const position = `[${index + 1}/${releaseSteps.length}] ${step.title}`;
    if (step.long && failures > 0) console.log(`${position} … – not begun`);
    else if (!(await runStep(step, position, { all }))) failures += 1;
  }
  if (failures > 0) {
    console.log(`\nNot ready: ${failures} of the above ${failures === 1 ? 'has' : 'have'} failed.`);
    return 1;
  }
  console.log(publishing());
  return 0;
}

/** @returns {Promise<boolean>} whether it is in order */
async function runStep(step, position, options) {
  const progress = new ProgressLine(position);
  const task = new Task(`release-${step.name}`, progress);
  try {
    progress.end(`✓ ${await step.run(task, options)}`);
    return true;
  } catch (error) {
    progress.end('✗');
    if (!(error instanceof SetupFailure)) throw error;
    const lines = [error.message, ...(error.advice ? [error.advice] : [])];
    if (error.seeLog) lines.push(...task.tail().map((line) => `| ${line}`), shown(task.logFile));
    console.log(lines.join('\n').replace(/^/gm, '      '));
    return false;
  } finally {
    task.close();
  }
}

function publishing() {
  const { name, version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const tag = version.includes('-') ? ' --tag next' : '';
  return `
Ready. Nothing is published yet; this does it:

  git tag --annotate v${version} --message '${name} ${version}'
  git push origin main v${version}
  npm publish${tag}`;
}

await runCommand(help, readOptions, main);
