import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { dataFolder, root } from '../../scripts/setup/paths.mjs';

const help = `Runs the models in a folder, compares their outputs with those of TensorFlow Lite in the same folder, and writes
docs/models.md: which models run, which do not, and why.

Usage: npm run models [-- options] [folder]

      folder   with NAME.tflite and NAME.json (../shared/models-real, beside the sample data)
      --check  write nothing; exit code 1 if docs/models.md would change
`;

const target = path.join(root, 'docs/models.md');
const require = createRequire(path.join(root, 'package.json'));

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (options.help) {
  console.log(help);
} else {
  const folder = path.resolve(positionals[0] ?? path.join(dataFolder(), '../models-real'));
  if (!existsSync(folder)) throw new Error(`The folder ${folder} does not exist.`);
  const rows = [];
  for (const name of readdirSync(folder)
    .filter((each) => each.endsWith('.tflite'))
    .sort()) {
    rows.push(await rowOf(path.join(folder, name)));
    console.error(rows.at(-1).join(' | '));
  }
  const text = await formatted(documentOf(rows));
  const before = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (!options.check) writeFileSync(target, text);
  else if (text !== before) {
    console.error('docs/models.md is out of date: run npm run models.');
    process.exitCode = 1;
  }
}

/**
 * A model's row: its name, its operators, and the results as a model of the host and as one of a
 * guest.
 */
async function rowOf(file) {
  const { inspectModel } = require('./dist/index.js');
  const name = path.basename(file, '.tflite');
  const reference = JSON.parse(readFileSync(file.replace(/tflite$/, 'json'), 'utf8'));
  const model = await inspectModel(file).catch((error) => ({ refused: error.message }));
  const { operators = [], state = [] } = model;
  const about = [
    operators
      .slice(0, 4)
      .map((each) => `${each.count} × ${each.name}`)
      .join(', '),
    ...operators.filter(({ custom }) => custom).map((each) => `custom ${each.name}`),
    ...(state.length > 0 ? ['state'] : []),
  ].join('; ');
  if (model.refused !== undefined) return [name, about, `refused: ${model.refused}`, 'refused'];
  const asHosts = await outcomeOf(file, model, reference, {});
  return [name, about, asHosts, await outcomeOf(file, model, reference, { byGuest: true })];
}

async function outcomeOf(file, model, reference, how) {
  try {
    return comparison(await outputsOf(file, model, reference, how), reference);
  } catch (error) {
    // The guest's stack is irrelevant, and changes with each build.
    return error.message.replace(/ It was in .+$/, '');
  }
}

/** The outputs of eight runs in one session, with inputs from the reference's formula. */
async function outputsOf(file, { inputs, outputs }, reference, { byGuest }) {
  const { loadModule } = require('./dist/index.js');
  const requests = require('./dist/cli/infer/requests.js');
  const guest = path.join(root, 'wasm/target/wasm32-wasip1/release/infer.wasm');
  const models = byGuest ? {} : { model: file };
  const module = await loadModule(guest, { models, concurrency: 1 });
  const runs = [0, ...reference.runs.keys()].map((_, run) => [
    ...inputs.map(({ type, shape }, input) =>
      requests.setInput({ session: 0, input, type, shape, content: { seed: input + 8 * run } }),
    ),
    requests.run(
      0,
      outputs.map(() => 0),
    ),
  ]);
  try {
    const open = byGuest ? requests.load(readFileSync(file)) : requests.open('model');
    const stdin = requests.requestBytes([open, ...runs.flat()]);
    const { stdout, stderr, exitCode, inferenceFailures } = await module.run({ stdin });
    if (exitCode !== 0) throw new Error(inferenceFailures?.at(-1)?.reason ?? stderr.toString());
    return requests.answersOf(stdout).map((answer) => answer.outputs);
  } finally {
    await module.close();
  }
}

function comparison(runs, reference) {
  const { createHash } = require('node:crypto');
  const { elementsOf } = require('./dist/cli/infer/elements.js');
  const expected = [reference.outputs, ...reference.runs];
  let equal = 0;
  let difference = 0;
  for (const [run, outputs] of runs.entries()) {
    const same = outputs.every((bytes, index) => {
      const { sha256, values } = expected[run][index];
      if (createHash('sha256').update(bytes).digest('hex') === sha256) return true;
      const { type } = reference.outputs[index];
      const largest = Math.max(...values.map((value) => Math.abs(Number(value))), 1e-30);
      const isFloat = type.startsWith('float');
      for (const [place, value] of elementsOf(type, bytes, values.length).entries()) {
        const off = Math.abs(Number(value) - Number(values[place]));
        difference = Math.max(difference, isFloat ? off / largest : off);
      }
      return false;
    });
    if (same) equal++;
  }
  const share = `bit-equal in ${equal} of ${runs.length} runs`;
  return equal === runs.length
    ? share
    : `${share}, otherwise off by at most ${difference.toPrecision(2)}`;
}

function documentOf(rows) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 300);
  const running = (column) => rows.filter((row) => row[column].startsWith('bit-equal')).length;
  return `# Models

Generated by \`npm run models\` from ${rows.length} models of public repositories, chosen because models of their kind are often
rejected or run incorrectly. Each model runs eight times in one session, so that state carries over, on pseudo-random inputs, in
the guest \`infer\`. Its outputs are compared with those of TensorFlow Lite's own interpreter (ai-edge-litert 2.3.0): either they
are bit-equal, or the table gives the largest difference, for floats relative to the largest value.

Each model runs twice: as a model of the host, and as bytes that the guest brings (\`load\`), for which
[only operators that can be checked](inference.md#models-that-guests-bring) are allowed. ${running(2)} of ${rows.length} run as the host's
model and ${running(3)} as a guest's; the others are rejected for the reason in the table.

| model | operators | as the host's | as a guest's |
| --- | --- | --- | --- |
${rows.map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n')}
`;
}

async function formatted(text) {
  const prettier = await import('prettier');
  return prettier.format(text, { ...(await prettier.resolveConfig(target)), filepath: target });
}
