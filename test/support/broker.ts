import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

import { connect } from 'amqplib';
import type { ConfirmChannel, GetMessage, Options } from 'amqplib';
import { connectClient, startConsumer } from 'wasmedge-embed/broker';
import type {
  ClientOptions,
  ConsumerOptions,
  QueueClient,
  QueueConsumer,
} from 'wasmedge-embed/broker';

import { ROOT } from './paths.js';
import { RabbitMq, requireRabbitMq } from './rabbitmq.js';

export const PATIENCE_MS = 50_000;

/** A consumer in a separate process, whose handler is the body of a function of `event`. */
const WORKER_SCRIPT = `
  const { startConsumer } = require('wasmedge-embed/broker');
  const [options, body] = process.argv.slice(1);
  const handler = eval('(async (event) => {' + body + '})');
  startConsumer({ ...JSON.parse(options), handler, onFailure: () => {} }).then((consumer) => {
    process.once('SIGTERM', () => consumer.close().then(() => process.exit(0)));
    process.send('ready');
  });`;

/**
 * A broker for the tests of a suite and, for each test, a separate queue with its clients and
 * consumers.
 */
export class BrokerFixture {
  #broker: RabbitMq | undefined;
  #queues = 0;
  #children: ChildProcess[] = [];
  /** The queue of the current test. */
  queue = '';

  /** Within `describe`: sets it up and tears it down. */
  static use(settings: readonly string[] = []): BrokerFixture {
    const fixture = new BrokerFixture();
    before(async function () {
      requireRabbitMq(this);
      this.timeout(120_000);
      fixture.#broker = await RabbitMq.start(settings);
    });
    after(async () => {
      // Undefined if it was missing, or did not start.
      await fixture.#broker?.stop();
    });
    beforeEach(() => {
      fixture.queue = `function-${++fixture.#queues}`;
    });
    afterEach(() => {
      for (const child of fixture.#children.splice(0)) child.kill('SIGKILL');
    });
    return fixture;
  }

  get url(): string {
    assert.ok(this.#broker);
    return this.#broker.url;
  }

  async restart(): Promise<void> {
    await this.#broker?.restart();
  }

  client(options: Partial<ClientOptions> = {}): Promise<QueueClient> {
    return connectClient({
      url: this.url,
      queue: this.queue,
      timeoutMs: PATIENCE_MS,
      ...options,
    });
  }

  consumer(
    handler: (event: { id: number }) => Promise<unknown>,
    options: Partial<ConsumerOptions> = {},
  ): Promise<QueueConsumer> {
    return startConsumer({
      url: this.url,
      queue: this.queue,
      handler,
      deliveryLimit: 2,
      ...options,
    });
  }

  /** Killed at the end of the test, if it still exists. */
  track(child: ChildProcess): ChildProcess {
    this.#children.push(child);
    return child;
  }

  startProcess(body: string, concurrency: number, deliveryLimit = 2): ChildProcess {
    const options = { url: this.url, queue: this.queue, concurrency, deliveryLimit };
    const args = ['-e', WORKER_SCRIPT, JSON.stringify(options), body];
    return this.track(
      spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
  }

  async consumerProcess(body: string, concurrency = 4): Promise<ChildProcess> {
    const child = this.startProcess(body, concurrency);
    const [first] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit'),
    ])) as unknown[];
    assert.equal(first, 'ready');
    return child;
  }

  /**
   * Keeps this many consumer processes running, replacing each one that ends, until the returned
   * function is called.
   */
  keepConsumers(
    count: number,
    body: string,
    { concurrency, deliveryLimit }: { concurrency: number; deliveryLimit: number },
  ): { pids: () => number[]; stop: () => void } {
    const running = new Set<ChildProcess>();
    let isStopped = false;
    const start = (): void => {
      if (isStopped) return;
      const child = this.startProcess(body, concurrency, deliveryLimit);
      running.add(child);
      child.once('exit', () => {
        running.delete(child);
        start();
      });
    };
    for (let index = 0; index < count; ++index) start();
    return {
      pids: () => [...running].flatMap(({ pid }) => pid ?? []),
      stop: () => {
        isStopped = true;
        for (const child of running) child.kill('SIGKILL');
      },
    };
  }

  /** The number of messages in a queue. */
  countOf(queue: string): Promise<number> {
    return this.withChannel(async (channel) => (await channel.checkQueue(queue)).messageCount);
  }

  /** Waits for a dead letter. */
  async deadLetter(): Promise<GetMessage> {
    return this.withChannel(async (channel) => {
      const end = Date.now() + PATIENCE_MS;
      while (Date.now() < end) {
        const message = await channel.get(`${this.queue}.dead`, { noAck: true });
        if (message) return message;
        await sleep(100);
      }
      throw new Error('No dead letter came.');
    });
  }

  /** Publishes to the queue, as any program may. */
  async publish(content: string, options: Options.Publish = {}): Promise<void> {
    await this.withChannel(async (channel) => {
      channel.sendToQueue(this.queue, Buffer.from(content), { persistent: true, ...options });
      await channel.waitForConfirms();
    });
  }

  async withChannel<T>(work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
    const connection = await connect(this.url);
    try {
      return await work(await connection.createConfirmChannel());
    } finally {
      await connection.close();
    }
  }
}

/** Why a message is dead, as marked by RabbitMQ. */
export function reasonOfDeath({ properties }: GetMessage): unknown {
  const deaths = properties.headers?.['x-death'] as { reason?: string }[] | undefined;
  return deaths?.[0]?.reason;
}
