import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { BrokerFixture } from '../support/broker.js';
import { ISOLATIONS } from '../support/isolations.js';
import { ROOT, rustGuest } from '../support/paths.js';
import { streamGuest } from '../support/streams.js';

interface Answer {
  statusCode: number;
  body: string;
  isBase64Encoded?: boolean;
}

const BINARY = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a]);

describe('The commands behind a broker', () => {
  const broker = BrokerFixture.use();

  /**
   * Starts `consume` or `worker`, which answers with this program; resolves when it waits for
   * messages.
   */
  async function started(command: string, ...args: string[]): Promise<ChildProcess> {
    const main = path.join(ROOT, 'dist', 'cli', 'main.js');
    const where = ['--amqp', broker.url, '--queue', broker.queue];
    const child = broker.track(
      spawn(process.execPath, [main, command, ...where, '--task', 'run', ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    );
    let told = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr?.on('data', (chunk: Buffer) => {
        told += chunk.toString();
        if (told.includes('Waiting for invocations')) resolve();
      });
      child.once('close', (code) => {
        reject(new Error(`It ended with ${String(code)}: ${told}`));
      });
    });
    return child;
  }

  for (const [command, isolation] of [
    ['consume', ISOLATIONS[0]],
    ['worker', ISOLATIONS[1]],
    ['consume', ISOLATIONS[2]],
  ] as const) {
    it(`${command} answers with what a program makes of the body: ${isolation}`, async () => {
      const args = ['--module', await streamGuest('copy'), '--isolation', isolation];
      const child = await started(command, ...args);
      await using client = await broker.client();
      const text = (await client.invoke({ body: 'grüße' })) as Answer;
      assert.deepEqual([text.statusCode, text.body], [200, 'grüße']);
      const event = { body: BINARY.toString('base64'), isBase64Encoded: true };
      const bytes = (await client.invoke(event)) as Answer;
      assert.deepEqual([bytes.statusCode, bytes.isBase64Encoded], [200, true]);
      assert.ok(BINARY.equals(Buffer.from(bytes.body, 'base64')));
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });
  }

  it('consume gives the program its arguments, and answers its failures', async () => {
    await started('consume', '--module', rustGuest('std-tour'), '--arg', 'exit', '--arg', '7');
    await using client = await broker.client();
    const answer = (await client.invoke({ body: '' })) as Answer;
    assert.equal(answer.statusCode, 500);
    assert.match(answer.body, /"status":500/u);
  });
});
