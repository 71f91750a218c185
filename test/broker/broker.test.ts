import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from 'amqplib';
import { startConsumer } from 'wasmedge-embed/broker';
import type { ConsumerOptions } from 'wasmedge-embed/broker';
import { createHandler } from 'wasmedge-embed/lambda';

import { BrokerFixture, reasonOfDeath } from '../support/broker.js';
import { fails } from '../support/errors.js';
import { plainJpeg } from '../support/jpeg.js';
import { ROOT } from '../support/paths.js';
import { temporaryPath } from '../support/wat.js';

const SECOND = 1000;

describe('Behind a broker', () => {
  const broker = BrokerFixture.use();

  it('a picture is classified by the handler that Lambda has', async () => {
    const handler = createHandler({ logger: false });
    await using serving = await broker.consumer(handler as never);
    await using caller = await broker.client();
    const answer = (await caller.invoke({ body: plainJpeg(64, 64, 90).toString('hex') })) as {
      statusCode: number;
      body: string;
    };
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, /in the picture/);
    const refused = (await caller.invoke({ body: 'no picture' })) as { statusCode: number };
    assert.equal(refused.statusCode, 400);
    await serving.close();
    await handler.close();
  });

  it('a thousand invocations are shared by several consumers, each answered with its own', async () => {
    const body = 'return { id: event.id, pid: process.pid }';
    const consumers = await Promise.all([1, 2, 3].map(() => broker.consumerProcess(body)));
    await using caller = await broker.client();
    const answers = (await Promise.all(
      Array.from({ length: 1000 }, (_, id) => caller.invoke({ id })),
    )) as { id: number; pid: number }[];
    assert.deepEqual(
      answers.map(({ id }) => id),
      Array.from({ length: 1000 }, (_, id) => id),
    );
    const served = new Set(answers.map(({ pid }) => pid));
    assert.deepEqual([...served].sort(), consumers.map(({ pid }) => pid).sort());
  });

  it('none is lost when a consumer is killed midway, and each caller hears once', async () => {
    const body = 'await new Promise((end) => setTimeout(end, 5)); return { id: event.id }';
    const [victim] = await Promise.all([
      broker.consumerProcess(body, 50),
      broker.consumerProcess(body, 4),
    ]);
    await using caller = await broker.client();
    let answered = 0;
    const answers = await Promise.all(
      Array.from({ length: 600 }, async (_, id) => {
        const answer = (await caller.invoke({ id })) as { id: number };
        if (++answered === 100) victim.kill('SIGKILL');
        return answer.id;
      }),
    );
    assert.deepEqual(
      answers,
      Array.from({ length: 600 }, (_, id) => id),
    );
    assert.equal(victim.killed, true);
  });

  it('what is under way when a consumer is asked to end is finished', async () => {
    const body = 'await new Promise((end) => setTimeout(end, 300)); return { pid: process.pid }';
    const child = await broker.consumerProcess(body, 4);
    await using caller = await broker.client();
    const answers = Promise.all([1, 2, 3].map((id) => caller.invoke({ id })));
    await sleep(150);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await answers, Array(3).fill({ pid: child.pid }));
    assert.deepEqual(await ended, [0, null]);
  });

  it('consumers and clients outlive a restart of the broker', async function () {
    this.timeout(120_000);
    const states: string[] = [];
    await using serving = await broker.consumer(
      async ({ id }) => {
        await sleep(20);
        return { id };
      },
      { concurrency: 4, onConnection: ({ state }) => states.push(state) },
    );
    await using caller = await broker.client({ timeoutMs: 100_000 });
    const answers = Promise.all(
      Array.from(
        { length: 300 },
        async (_, id) => ((await caller.invoke({ id })) as { id: number }).id,
      ),
    );
    await sleep(200);
    await broker.restart();
    assert.deepEqual(
      await answers,
      Array.from({ length: 300 }, (_, id) => id),
    );
    assert.deepEqual(await caller.invoke({ id: -1 }), { id: -1 });
    assert.equal(states[0], 'connected');
    assert.ok(states.includes('lost'), states.join());
    assert.equal(states.at(-1), 'connected');
    await serving.close();
  });

  for (const content of ['no JSON', '{"body":', '\u{fffd}"', '']) {
    it(`what is not an event goes to the dead-letter queue: ${JSON.stringify(content)}`, async () => {
      await using serving = await broker.consumer(({ id }) => Promise.resolve({ id }));
      await broker.publish(content);
      const message = await broker.deadLetter();
      assert.equal(message.content.toString(), content);
      assert.equal(reasonOfDeath(message), 'rejected');
      await using caller = await broker.client();
      assert.deepEqual(await caller.invoke({ id: 1 }), { id: 1 }, 'the next one');
      await serving.close();
    });
  }

  it('an event of another kind ends there too, and its sender is told', async () => {
    const handler = createHandler({ logger: false });
    await using serving = await broker.consumer(handler as never);
    await using caller = await broker.client();
    const error = await fails('ERR_BROKER', caller.invoke({ Records: [] }));
    assert.match(error.message, /the event must be that of/i);
    assert.equal(reasonOfDeath(await broker.deadLetter()), 'rejected');
    await serving.close();
    await handler.close();
  });

  it('a message that kills its consumers ends there after as many deliveries as allowed', async function () {
    this.timeout(120_000);
    const body =
      'if (event.id === -1) process.kill(process.pid, "SIGKILL"); return { id: event.id }';
    const first = await broker.consumerProcess(body, 1);
    await broker.publish('{"id":-1}');
    if (first.signalCode === null) await once(first, 'exit');
    for (let redelivery = 0; redelivery < 2; ++redelivery) {
      const next = broker.startProcess(body, 1);
      // It may live just long enough to report that it is ready.
      assert.deepEqual(await once(next, 'exit'), [null, 'SIGKILL']);
    }
    await broker.consumerProcess(body, 1);
    const message = await broker.deadLetter();
    assert.equal(message.content.toString(), '{"id":-1}');
    assert.equal(reasonOfDeath(message), 'delivery_limit');
    await using caller = await broker.client();
    assert.deepEqual(await caller.invoke({ id: 7 }), { id: 7 });
  });

  it('a handler that fails gets the message again, as often as allowed', async () => {
    let attempts = 0;
    await using serving = await broker.consumer(({ id }) => {
      if (id === 1 || ++attempts < 3) return Promise.reject(new Error('not now'));
      return Promise.resolve({ attempts });
    });
    await using caller = await broker.client();
    assert.deepEqual(await caller.invoke({ id: 2 }), { attempts: 3 });
    await broker.publish('{"id":1}');
    assert.equal(reasonOfDeath(await broker.deadLetter()), 'delivery_limit');
    await serving.close();
  });

  it('what nobody served in time is marked as expired where it ends', async () => {
    // The consumer declares the queue, and closes.
    await (await broker.consumer(({ id }) => Promise.resolve({ id }))).close();
    await using caller = await broker.client({ timeoutMs: SECOND });
    await fails('ERR_TIMEOUT', caller.invoke({ id: 5 }));
    const message = await broker.deadLetter();
    assert.equal(message.content.toString(), '{"id":5}');
    assert.equal(reasonOfDeath(message), 'expired');
  });

  it('a second answer is discarded', async () => {
    await (await broker.consumer(({ id }) => Promise.resolve({ id }))).close();
    const connection = await connect(broker.url);
    const channel = await connection.createChannel();
    await channel.consume(broker.queue, (message) => {
      assert.ok(message);
      const replyTo = String(message.properties.replyTo);
      const correlationId = String(message.properties.correlationId);
      for (const answer of ['1', '2']) {
        channel.sendToQueue(replyTo, Buffer.from(answer), { correlationId });
      }
      channel.sendToQueue(replyTo, Buffer.from('3'), { correlationId: 'of nobody' });
      channel.ack(message);
    });
    await using caller = await broker.client();
    assert.equal(await caller.invoke({ id: 1 }), 1);
    assert.equal(await caller.invoke({ id: 2 }), 1);
    await connection.close();
  });

  it('a caller may stop waiting', async () => {
    await using serving = await broker.consumer(async ({ id }) => {
      await sleep(id);
      return { id };
    });
    await using caller = await broker.client();
    const reason = new Error('enough');
    const controller = new AbortController();
    const waiting = caller.invoke({ id: 300 }, { signal: controller.signal });
    controller.abort(reason);
    assert.equal((await fails('ERR_ABORTED', waiting)).cause, reason);
    await fails('ERR_ABORTED', caller.invoke({ id: 1 }, { signal: controller.signal }));
    await fails('ERR_TIMEOUT', caller.invoke({ id: 300 }, { timeoutMs: 50 }));
    assert.deepEqual(await caller.invoke({ id: 1 }), { id: 1 });
    const never = caller.invoke({ id: 300 });
    await Promise.all([fails('ERR_CLOSED', never), caller.close()]);
    await fails('ERR_CLOSED', caller.invoke({ id: 1 }));
    await serving.close();
  });

  it('errors say what is wrong: no queue, other arguments, no broker, bad options', async function () {
    this.timeout(60_000);
    await using caller = await broker.client();
    assert.match((await fails('ERR_BROKER', caller.invoke({ id: 1 }))).message, /start a consumer/);

    const connection = await connect(broker.url);
    await (await connection.createChannel()).assertQueue(broker.queue, { durable: false });
    await connection.close();
    const other = await fails(
      'ERR_BROKER',
      broker.consumer(() => Promise.resolve({})),
    );
    assert.match(other.message, /PRECONDITION_FAILED/);

    const handler = (): Promise<object> => Promise.resolve({});
    const url = 'amqp://user:secret@127.0.0.1:1';
    const unreachable = await fails(
      'ERR_BROKER',
      startConsumer({ url, queue: broker.queue, handler }),
    );
    assert.match(
      unreachable.message,
      /^Cannot connect to amqp:\/\/user:\*\*\*@127\.0\.0\.1:1.*ECONNREFUSED/,
    );

    const noHost = await fails(
      'ERR_BROKER',
      startConsumer({ url: `${broker.url}/none`, queue: broker.queue, handler }),
    );
    assert.match(
      noHost.message,
      /^Cannot connect to .*\/none: the broker has no such virtual host/,
    );

    for (const bad of [
      { url: 'http://secret' },
      { url: 'amqp://user:sec#secret@host' },
      { retryQueue: broker.queue },
      { deadLetterQueue: `${broker.queue}.retry` },
      { replyQueues: 'amq' },
      { onFailure: 1 },
      { url: 7 },
      { queue: '' },
      { queue: 'amq.mine' },
      { queue: 'q'.repeat(256) },
      { handler: 'none' },
      { concurrency: 0 },
      { deliveryLimit: 0 },
      { timeoutMs: -1 },
      { prefetch: 1 },
    ]) {
      const options = {
        url: broker.url,
        queue: broker.queue,
        handler,
        ...bad,
      } as unknown as ConsumerOptions;
      const { message } = await fails('ERR_INVALID_ARGUMENT', startConsumer(options));
      assert.ok(!message.includes('secret'), message);
    }
  });

  it('the commands consume and invoke classify pictures', async () => {
    const cli = path.join(ROOT, 'dist', 'cli', 'main.js');
    const address = ['--amqp', broker.url, '--queue', broker.queue];
    const serving = spawn(process.execPath, [cli, 'consume', ...address], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    broker.track(serving);
    const [ready] = (await once(serving.stderr, 'data')) as [Buffer];
    assert.match(
      ready.toString(),
      /^Waiting for invocations from function-\d+ on amqp:\/\/guest:\*\*\*@/,
    );

    const picture = temporaryPath('broker-picture.jpg');
    writeFileSync(picture, plainJpeg(300, 200, 90));
    const missing = path.join(ROOT, 'no-such.jpg');
    const invoking = spawn(process.execPath, [cli, 'invoke', ...address, picture, missing]);
    let stdout = '';
    let stderr = '';
    invoking.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    invoking.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    assert.deepEqual(await once(invoking, 'close'), [1, null]);
    assert.match(stdout, /broker-picture\.jpg/);
    assert.match(stdout, /\(not classified\)/);
    assert.match(stderr, /no-such\.jpg: ENOENT/);

    const ended = once(serving, 'exit');
    serving.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});
