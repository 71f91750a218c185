import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { runCommand } from '../../scripts/setup/index.mjs';
import { compileTests, localProgram, root, shown } from '../../scripts/setup/paths.mjs';
import { outcomeOf } from '../../scripts/setup/processes.mjs';
import { withTask } from '../../scripts/setup/task.mjs';

const help = `Fuzzes how the Lambda handler parses events and bodies, with Jazzer.js, guided by coverage. The time on the event
loop, processor time and memory that an input may take are bounded by its size.

Usage: npm run fuzz:events -- [--seconds N]

      --seconds  duration (20)
  -h, --help     print this text

Requires a set-up repository (npm run quickstart). Inputs with new coverage are kept in build/fuzz/lambda_event, where
the next run starts. The exit code is 1 if something was found; its input and the command to reproduce it are
printed.
`;

const shapes = path.join(root, 'build/test/fuzz/lambda-event.js');
const folder = path.join(root, 'build/fuzz/lambda_event');
const work = path.join(folder, 'work');
const seeds = path.join(folder, 'seeds');
const findings = path.join(folder, 'findings');

function readOptions() {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '20' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (!/^[1-9]\d*$/.test(values.seconds)) {
    throw new Error(`--seconds takes a whole number of seconds, not '${values.seconds}'.`);
  }
  return values;
}

async function main({ seconds }) {
  let outcome;
  let log;
  await withTask('Fuzzing lambda_event', 'fuzz-events', async (task) => {
    await task.exec(process.execPath, [compileTests], { cwd: root });
    writeSeeds();
    log = shown(task.logFile);
    outcome = await fuzz(seconds, task);
    return outcome.finding === undefined ? 'nothing found' : 'FOUND SOMETHING';
  });
  const { executions, edges, inputs, finding } = outcome;
  console.log(`${executions} executions, ${edges} edges, ${inputs} inputs.`);
  if (finding === undefined) return 0;
  console.log(`\n${finding}\n  all of it: ${log}`);
  for (const name of readdirSync(findings)) {
    const command = [localProgram('jazzer'), ...jazzerArgs(), shown(path.join(findings, name))];
    console.log(`  again: ${command.map(shown).join(' ')}`);
  }
  return 1;
}

/** Initial inputs: events of every kind and bodies of every encoding. */
function writeSeeds() {
  const { SHAPES, BOUNDARY } = createRequire(import.meta.url)(shapes);
  const { EVENT_KINDS, eventOf } = createRequire(import.meta.url)(
    path.join(root, 'build/test/support/lambda-events.js'),
  );
  const jpeg = Buffer.from('ffd8ffe000104a4649460001', 'hex');
  const base64 = jpeg.toString('base64');
  const form = Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="t"\r\n\r\ntext\r\n`),
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="i"; filename="a.jpg"\r\n`),
    Buffer.from('Content-Type: image/jpeg\r\n\r\n'),
    jpeg,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const query = { format: 'json' };
  const headers = { accept: 'application/json;q=0.9, text/html', origin: 'https://a.example' };
  const withShape = (shape, content) =>
    EVENT_KINDS.map((_, kind) => Buffer.concat([Buffer.from([shape, kind]), Buffer.from(content)]));
  const all = [
    ...EVENT_KINDS.flatMap((kind) => [
      eventOf(kind, { body: jpeg.toString('hex'), query, headers }),
      eventOf(kind, { body: base64, isBase64Encoded: true, headers }),
    ]).map((event) =>
      Buffer.concat([Buffer.from([SHAPES.event]), Buffer.from(JSON.stringify(event))]),
    ),
    ...withShape(SHAPES.text, `${jpeg.toString('hex')}\n`),
    ...withShape(SHAPES.text, `data:image/jpeg;base64,${base64}`),
    ...withShape(SHAPES.text, 'data:image/jpeg,%ff%d8abc'),
    ...withShape(SHAPES.base64, base64),
    ...withShape(SHAPES.base64, Buffer.from(jpeg.toString('hex')).toString('base64')),
    ...withShape(SHAPES.bytes, jpeg),
    ...withShape(SHAPES.bytes, jpeg.toString('hex').toUpperCase()),
    ...withShape(SHAPES.form, form),
    ...withShape(
      SHAPES.contentType,
      Buffer.concat([Buffer.from(`multipart/form-data; boundary="${BOUNDARY}"\n`), form]),
    ),
  ];
  const large = (shape, beginning, unit, end = '') =>
    [0, 6, 12].map((size) =>
      Buffer.concat([
        Buffer.from([SHAPES.large, shape, size, beginning.length, end.length]),
        Buffer.from(`${beginning}${end}${unit}`),
      ]),
    );
  const text = (content) => `\0${content}`;
  all.push(
    ...[
      `{"body":"${base64}","list":[1,null,{"a":"\\u00e9\\n"}]}`,
      `"${'a'.repeat(1500)}"`,
      '[[[{}]]]',
    ].map((json) => Buffer.from(`${String.fromCharCode(SHAPES.json)}${json}`)),
    ...['a', '\\u0041', '\\n', 'é', '\\\\'].flatMap((unit) =>
      large(SHAPES.json, '{"body":"', unit, '"}'),
    ),
    ...['0,', '{},', '"a":0,', '[', ' '].flatMap((unit) => large(SHAPES.json, '[', unit, '0]')),
    ...['a', 'a ', ' '].flatMap((unit) => large(SHAPES.text, text('ffd8'), unit)),
    ...['%ff', ' '].flatMap((unit) => large(SHAPES.text, text('data:,%ff%d8'), unit)),
    ...['AAAA', 'A ', '%41'].flatMap((unit) => large(SHAPES.text, text('data:;base64,/9j/'), unit)),
    ...large(SHAPES.base64, text('/9j/'), 'AAAA'),
    ...[`--${BOUNDARY}\r\n\r\n\r\n`, '\r\n--', `--${BOUNDARY}`, 'x: y\r\n'].flatMap((unit) =>
      large(SHAPES.form, text(`--${BOUNDARY}\r\n`), unit, `\r\n--${BOUNDARY}--\r\n`),
    ),
  );
  for (const each of [seeds, findings]) rmSync(each, { recursive: true, force: true });
  for (const each of [seeds, findings, work]) mkdirSync(each, { recursive: true });
  all.forEach((seed, index) => writeFileSync(path.join(seeds, String(index)), seed));
}

function jazzerArgs() {
  return [
    path.join(root, 'build/test/fuzz/lambda-event.fuzz'),
    // Only the code that reads events and bodies is instrumented.
    ...['--includes', 'dist/lambda', '--includes', 'dist/support/bounded-json'],
    ...['--includes', '@fastify/busboy', '--includes', 'negotiator'],
    // The target itself checks the processor time of an input: this limit is for endless loops.
    ...['--timeout', '60000'],
  ];
}

async function fuzz(seconds, task) {
  const result = await task.attempt(
    localProgram('jazzer'),
    [
      ...[...jazzerArgs(), work, seeds, '--'],
      ...[`-max_total_time=${seconds}`, '-max_len=4096', `-artifact_prefix=${findings}/`],
    ],
    { cwd: root },
  );
  const { output, code } = result;
  const last = [...output.matchAll(/cov: (\d+) ft: \d+ corp: (\d+)/g)].at(-1) ?? [];
  const done = output.match(/^#(\d+)\s+DONE|^Done (\d+) runs/m);
  const words = output.match(/^==\d+== (.+(?:\n.+){0,10})/m)?.[1];
  return {
    // The final count when the time is over, or else the one printed with a finding.
    executions: Number(done?.[1] ?? done?.[2] ?? 0),
    edges: Number(last[1] ?? 0),
    inputs: Number(last[2] ?? 0),
    ...(code !== 0 && { finding: words ?? `The fuzzer ${outcomeOf(result)}.` }),
  };
}

await runCommand(help, readOptions, main);
