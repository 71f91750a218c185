import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { decode, enlarged } from './lambda-event.js';

/** The largest input for the instrumented code, each branch of which costs microseconds. */
const SMALL = 2 << 10;

/** Measures the cost of inputs without the instrumentation of Jazzer.js. */
const meter = fork(path.join(__dirname, 'lambda-event.cost.js'), { execArgv: [] });
meter.unref();
meter.channel?.unref();

/** The target of test/fuzz/events.mjs. */
export async function fuzz(input: Buffer): Promise<void> {
  await decode(enlarged(input, SMALL));
  meter.channel?.ref();
  meter.send(input.toString('base64'));
  const [excess] = (await once(meter, 'message')) as [string];
  meter.channel?.unref();
  assert.equal(excess, '');
}
