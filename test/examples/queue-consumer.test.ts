import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

import { connect } from 'amqplib';
import { connectClient } from 'wasmedge-embed/broker';

import { clearestPhotograph, runExample } from '../support/examples.js';
import { fails } from '../support/errors.js';
import { ROOT } from '../support/paths.js';
import { RabbitMq, requireRabbitMq } from '../support/rabbitmq.js';
import { eventually } from '../support/workers.js';

describe('The example queue-consumer', function () {
  this.timeout(120_000);

  it('says so, and ends, where there is no broker', async () => {
    const env = { AMQP_URL: 'amqp://127.0.0.1:1' };
    const { code, stderr } = await runExample('queue-consumer', ['consumer.mjs'], env);
    assert.equal(code, 1);
    assert.match(stderr, /Cannot connect to amqp:\/\/127\.0\.0\.1:1/);
  });

  it('answers pictures and what is none, buries what is no message, and ends when told to', async function () {
    requireRabbitMq(this);
    const broker = await RabbitMq.start();
    const env = { AMQP_URL: broker.url, WASMEDGE_EMBED_DATA: '' };
    const consumer = spawn(process.execPath, ['consumer.mjs'], {
      cwd: path.join(ROOT, 'examples', 'queue-consumer'),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(consumer, 'close');
    try {
      let output = '';
      consumer.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      await eventually(() => output.includes('connected'));

      const { file, topK } = await clearestPhotograph();
      const { code, stdout } = await runExample(
        'queue-consumer',
        ['submit.mjs', file, 'consumer.mjs', file],
        env,
      );
      assert.equal(code, 1);
      const answer = topK.map(({ label, score }) => `${label} ${score}`).join(', ');
      const lines = stdout.trimEnd().split('\n').sort();
      assert.deepEqual(
        lines.filter((line) => !line.startsWith('consumer.mjs: ')),
        Array<string>(2).fill(`${path.basename(file)}: ${answer}`),
      );
      assert.match(lines.join('\n'), /^consumer\.mjs: .*neither a JPEG/m);

      const client = await connectClient({ url: broker.url, queue: 'pictures' });
      const { message } = await fails('ERR_BROKER', client.invoke({ id: 7 }));
      assert.match(message, /an id and a picture/);
      await client.close();
      const connection = await connect(broker.url);
      const channel = await connection.createChannel();
      const dead = await channel.get('pictures.dead', { noAck: true });
      await connection.close();
      assert.equal(dead && dead.content.toString(), '{"id":7}');

      consumer.kill('SIGTERM');
      assert.deepEqual(await ended, [0, null]);
    } finally {
      consumer.kill('SIGKILL');
      await ended;
      await broker.stop();
    }
  });
});
