import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from 'amqplib';
import type { ConfirmChannel, ConsumeMessage } from 'amqplib';
import type { FailedMessage } from 'wasmedge-embed/broker';

import { BrokerFixture, PATIENCE_MS, reasonOfDeath } from '../support/broker.js';
import { fails } from '../support/errors.js';

const MAX_MESSAGE_BYTES = 1_000_000;

describe('What becomes of a message', () => {
  const broker = BrokerFixture.use([`max_message_size = ${MAX_MESSAGE_BYTES}`]);

  /** A queue that accepts no answers: it is full. */
  async function fullQueue(channel: ConfirmChannel): Promise<string> {
    const name = `${broker.queue}.full`;
    const limits = { 'x-max-length': 1, 'x-overflow': 'reject-publish' };
    await channel.assertQueue(name, { durable: true, arguments: limits });
    channel.sendToQueue(name, Buffer.from('the first'));
    await channel.waitForConfirms();
    return name;
  }

  /** Collects a consumer's reports of messages that it did not serve. */
  function listen(): { failures: FailedMessage[]; onFailure: (failure: FailedMessage) => void } {
    const failures: FailedMessage[] = [];
    return { failures, onFailure: (failure) => failures.push(failure) };
  }

  async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await condition())) {
      assert.ok(Date.now() < end, 'it did not come to that');
      await sleep(50);
    }
  }

  it('an answer that is refused is tried again, then the message is dead-lettered', async () => {
    const { failures, onFailure } = listen();
    await using serving = await broker.consumer(({ id }) => Promise.resolve({ id }), {
      concurrency: 2,
      onFailure,
    });
    await broker.withChannel(async (channel) => {
      const replyTo = await fullQueue(channel);
      for (const id of [1, 2, 3]) {
        const options = { replyTo, correlationId: `refused ${id}` };
        channel.sendToQueue(broker.queue, Buffer.from(JSON.stringify({ id })), options);
      }
      await channel.waitForConfirms();
    });
    await using caller = await broker.client();
    assert.deepEqual(await caller.invoke({ id: 4 }), { id: 4 }, 'no slot is lost');
    const dead = [await broker.deadLetter(), await broker.deadLetter(), await broker.deadLetter()];
    assert.deepEqual(dead.map(reasonOfDeath), Array(3).fill('delivery_limit'));
    assert.deepEqual(dead.map(({ properties }) => properties.correlationId as unknown).sort(), [
      'refused 1',
      'refused 2',
      'refused 3',
    ]);
    const outcomes = failures.filter(({ messageId }) => messageId === 'refused 1');
    assert.deepEqual(
      outcomes.map(({ outcome }) => outcome),
      ['returned', 'returned', 'returned', 'dead-lettered'],
    );
    assert.match(
      String(outcomes[0]?.error.message),
      /refused the response to "function-\d+\.full"/,
    );
    await serving.close();
  });

  it('an answer that JSON cannot hold is an error, and undefined is null', async () => {
    const { failures, onFailure } = listen();
    const circle: Record<string, unknown> = {};
    circle['itself'] = circle;
    const answers: unknown[] = [undefined, 7n, circle, () => 1];
    await using serving = await broker.consumer(({ id }) => Promise.resolve(answers[id]), {
      onFailure,
    });
    await using caller = await broker.client();
    assert.equal(await caller.invoke({ id: 0 }), null);
    assert.match((await fails('ERR_BROKER', caller.invoke({ id: 1 }))).message, /BigInt/);
    assert.match((await fails('ERR_BROKER', caller.invoke({ id: 2 }))).message, /circular/);
    assert.match((await fails('ERR_BROKER', caller.invoke({ id: 3 }))).message, /it is function/);
    for (let count = 0; count < 3; ++count) {
      assert.equal(reasonOfDeath(await broker.deadLetter()), 'rejected');
    }
    assert.deepEqual(
      failures.map(({ outcome }) => outcome),
      Array(3).fill('dead-lettered'),
    );
    await serving.close();
  });

  it('a message that ends its consumer takes none along that waits beside it, and its sender is told', async function () {
    this.timeout(120_000);
    const body =
      'if (event.id === 5) process.kill(process.pid, "SIGKILL");' +
      'await new Promise((end) => setTimeout(end, 20)); return { id: event.id }';
    // All waiting messages are delivered to one consumer at once.
    await (await broker.consumer(({ id }) => Promise.resolve({ id }))).close();
    await using caller = await broker.client({ timeoutMs: 100_000 });
    const answers = Promise.allSettled(
      Array.from({ length: 10 }, async (_, id) => await caller.invoke({ id })),
    );
    const consumers = broker.keepConsumers(1, body, { concurrency: 10, deliveryLimit: 2 });
    const results = await answers;
    consumers.stop();
    for (const [id, result] of results.entries()) {
      if (id === 5) {
        assert.ok(result.status === 'rejected');
        assert.match(String(result.reason), /delivered 3 times/);
      } else assert.deepEqual(result, { status: 'fulfilled', value: { id } });
    }
    const dead = await broker.deadLetter();
    assert.equal(dead.content.toString(), '{"id":5}');
    assert.equal(reasonOfDeath(dead), 'delivery_limit');
    assert.equal(await broker.countOf(`${broker.queue}.dead`), 0);
  });

  it('an event or an answer above what the broker takes does not harm the others', async function () {
    this.timeout(120_000);
    const { failures, onFailure } = listen();
    const handler = async ({ id }: { id: number }): Promise<unknown> => {
      await sleep(30);
      return id === 2 ? 'x'.repeat(MAX_MESSAGE_BYTES + 1) : { id };
    };
    await using serving = await broker.consumer(handler, { concurrency: 4, onFailure });
    await using caller = await broker.client({ timeoutMs: 100_000 });
    const others = [0, 1, 3, 4, 5].map((id) => caller.invoke({ id }));
    const large = caller.invoke({ id: 9, more: 'x'.repeat(MAX_MESSAGE_BYTES) });
    assert.match((await fails('ERR_BROKER', large)).message, /the broker allows 1000000/);
    assert.deepEqual(
      await Promise.all(others),
      [0, 1, 3, 4, 5].map((id) => ({ id })),
    );
    const beside = [6, 7].map((id) => caller.invoke({ id }));
    assert.match(
      (await fails('ERR_BROKER', caller.invoke({ id: 2 }))).message,
      /delivered 3 times/,
    );
    assert.deepEqual(await Promise.all(beside), [{ id: 6 }, { id: 7 }]);
    assert.equal((await broker.deadLetter()).content.toString(), '{"id":2}');
    assert.equal(failures.at(-1)?.outcome, 'dead-lettered');
    await serving.close();
  });

  it('an answer goes only where it may', async () => {
    const { failures, onFailure } = listen();
    const served: number[] = [];
    await using serving = await broker.consumer(
      ({ id }) => {
        served.push(id);
        return Promise.resolve({ id });
      },
      { onFailure, replyQueues: /^amq\.|\.answers$/g },
    );
    const { queue } = broker;
    for (const replyTo of [queue, `${queue}.retry`, `${queue}.dead`, 'of-somebody-else']) {
      await broker.publish('{"id":1}', { replyTo });
      assert.equal(reasonOfDeath(await broker.deadLetter()), 'rejected');
      assert.match(String(failures.pop()?.error.message), /replyTo of a message must be a queue/);
    }
    // More than AMQP can return: each byte is invalid UTF-8, and becomes three.
    for (const name of ['replyTo', 'correlationId']) {
      await publishBytes({ replyTo: 'x.answers', [name]: 'q'.repeat(255) });
      assert.equal(reasonOfDeath(await broker.deadLetter()), 'rejected');
      assert.match(String(failures.pop()?.error.message), /must be UTF-8 of at most 255 bytes/);
    }
    assert.deepEqual(served, []);
    await broker.withChannel(async (channel) => {
      const answers = `${queue}.answers`;
      await channel.assertQueue(answers);
      for (const id of [1, 2]) {
        channel.sendToQueue(queue, Buffer.from(JSON.stringify({ id })), { replyTo: answers });
      }
      await until(async () => (await channel.checkQueue(answers)).messageCount === 2);
    });
    await using caller = await broker.client();
    assert.deepEqual(await caller.invoke({ id: 3 }), { id: 3 });
    await serving.close();
  });

  /** Publishes a message whose properties have the byte 0xFF for each `q`. */
  async function publishBytes(properties: Record<string, string>): Promise<void> {
    const connection = await connect(broker.url);
    const { stream } = connection.connection as unknown as { stream: NodeJS.WritableStream };
    const write = stream.write.bind(stream) as (chunk: Buffer) => boolean;
    stream.write = ((chunk: Buffer) => {
      const at = chunk.indexOf('q'.repeat(255));
      if (at >= 0) chunk.fill(0xff, at, at + 255);
      return write(chunk);
    }) as typeof stream.write;
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(broker.queue, Buffer.from('{"id":1}'), properties);
    await channel.waitForConfirms();
    await connection.close();
  }

  it("a foreign consumer's error settles the call whatever it holds, and so does a bad event", async () => {
    await (await broker.consumer(({ id }) => Promise.resolve({ id }))).close();
    await broker.withChannel(async (channel) => {
      const serve = (message: ConsumeMessage | null): void => {
        assert.ok(message);
        const { id } = JSON.parse(message.content.toString()) as { id: number };
        const answer = ['null', '7', '{"errorType":1}', '[]'][id] ?? '';
        channel.sendToQueue(String(message.properties.replyTo), Buffer.from(answer), {
          correlationId: String(message.properties.correlationId),
          headers: { 'x-amz-function-error': 'Unhandled' },
        });
        channel.ack(message);
      };
      await channel.consume(broker.queue, serve);
      await using caller = await broker.client();
      for (const id of [0, 1, 2, 3]) {
        const { message } = await fails('ERR_BROKER', caller.invoke({ id }));
        assert.match(message, /without an error message/);
      }
      const circle: Record<string, unknown> = {};
      circle['itself'] = circle;
      for (const event of [undefined, 7n, circle]) {
        await fails('ERR_INVALID_ARGUMENT', caller.invoke(event as never));
      }
    });
  });

  for (const [name, onFailure] of [
    [
      'throws',
      (): never => {
        throw new Error('of the listener');
      },
    ],
    ['rejects', () => Promise.reject(new Error('of the listener'))],
  ] as const) {
    it(`a listener that ${name} does not stop the consumer`, async () => {
      await using serving = await broker.consumer(({ id }) => Promise.resolve({ id }), {
        onFailure,
      });
      await broker.publish('not JSON');
      await broker.deadLetter();
      await using caller = await broker.client();
      assert.deepEqual(await caller.invoke({ id: 1 }), { id: 1 });
      await serving.close();
    });
  }

  it('a handler that never ends keeps its place for the time limit, and no longer', async () => {
    const { failures, onFailure } = listen();
    const handler = ({ id }: { id: number }): Promise<object> =>
      id === 1 ? new Promise(() => undefined) : Promise.resolve({ id });
    await using serving = await broker.consumer(handler, { timeoutMs: 100, onFailure });
    await using caller = await broker.client();
    const [never, other] = [caller.invoke({ id: 1 }), caller.invoke({ id: 2 })];
    assert.deepEqual(await other, { id: 2 });
    assert.match((await fails('ERR_BROKER', never)).message, /delivered 3 times/);
    assert.match(String(failures[0]?.error.message), /longer than 100 ms \(timeoutMs\)/);
    await serving.close();
  });

  it('a message that comes again has the headers and properties of its sender', async () => {
    await using serving = await broker.consumer(() => Promise.reject(new Error('not now')), {
      onFailure: () => undefined,
    });
    const headers = { 'x-request-id': 'mine', trace: 7 };
    await broker.publish('{"id":1}', { headers, type: 'picture', messageId: 'one' });
    const { properties } = await broker.deadLetter();
    assert.equal(properties.headers?.['x-request-id'], 'mine');
    assert.deepEqual([properties.type, properties.messageId], ['picture', 'one']);
    await serving.close();
  });

  it('of a thousand, with consumers and broker killed at random, every one is accounted for', async function () {
    this.timeout(300_000);
    const POISON = [111, 777];
    const UNANSWERABLE = [222, 888];
    // In the full reply queue; sent along with the thousand.
    const REFUSED = [2001, 2002, 2003];
    const body =
      `if (${JSON.stringify(POISON)}.includes(event.id)) process.kill(process.pid, "SIGKILL");` +
      `if (${JSON.stringify(UNANSWERABLE)}.includes(event.id)) return 1n;` +
      'await new Promise((end) => setTimeout(end, 5 * Math.random())); return { id: event.id }';
    await (
      await broker.consumer(({ id }) => Promise.resolve({ id }), { deliveryLimit: 6 })
    ).close();
    await broker.withChannel(async (channel) => {
      const replyTo = await fullQueue(channel);
      for (const id of REFUSED) {
        const options = { replyTo, persistent: true };
        channel.sendToQueue(broker.queue, Buffer.from(JSON.stringify({ id })), options);
      }
      await channel.waitForConfirms();
    });
    await using caller = await broker.client({ timeoutMs: 280_000 });
    let answered = 0;
    const invoke = async (id: number): Promise<number> => {
      const answer = (await caller.invoke({ id })) as { id: number };
      ++answered;
      return answer.id;
    };
    const all = Promise.allSettled(Array.from({ length: 1000 }, (_, id) => invoke(id)));
    const consumers = broker.keepConsumers(3, body, { concurrency: 8, deliveryLimit: 6 });
    for (const count of [100, 300, 500]) {
      await until(() => answered >= count);
      const pids = consumers.pids();
      process.kill(pids[Math.floor(Math.random() * pids.length)] ?? 0, 'SIGKILL');
      if (count === 300) await broker.restart();
    }
    const results = await all;
    for (const [id, result] of results.entries()) {
      if (POISON.includes(id) || UNANSWERABLE.includes(id)) {
        assert.equal(result.status, 'rejected', `message ${id}`);
      } else assert.deepEqual(result, { status: 'fulfilled', value: id });
    }
    const expected = [...POISON, ...UNANSWERABLE, ...REFUSED].sort();
    const dead = new Set<number>();
    while (dead.size < expected.length) {
      const { id } = JSON.parse((await broker.deadLetter()).content.toString()) as { id: number };
      dead.add(id);
    }
    assert.deepEqual([...dead].sort(), expected);
    const { queue } = broker;
    await until(
      async () => (await broker.countOf(queue)) + (await broker.countOf(`${queue}.retry`)) === 0,
    );
    consumers.stop();
    // A message may arrive there twice, but no others than these.
    while ((await broker.countOf(`${queue}.dead`)) > 0) {
      const { id } = JSON.parse((await broker.deadLetter()).content.toString()) as { id: number };
      assert.ok(dead.has(id), String(id));
    }
  });
});
