import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

import { CLASSIFIER } from '../support/classification.js';
import { withEmulatedFunction } from '../support/lambda-emulator.js';
import type { EmulatedFunction } from '../support/lambda-emulator.js';
import { eventOf } from '../support/lambda-events.js';
import { RED, encoded, form, orders } from '../support/lambda-handler.js';
import { folderWith } from '../support/model-files.js';
import { withRuntime } from '../support/runtime-api.js';
import { streamGuest } from '../support/streams.js';
import { pickingModel } from '../support/tflite-models.js';
import { watGuest } from '../support/wat.js';

const SENTENCE =
  "It is very likely a <a href='https://www.google.com/search?q=red'>red</a> in the picture\n";
/** The largest payload of a synchronous invocation. */
const MAX_PAYLOAD = 6 << 20;

const folder = folderWith({
  'colours.tflite': pickingModel({ type: 'uint8', size: [1, 1, 3] }, [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 2],
  ]),
  'colours.labels.txt': 'red\ngreen\nblue\n',
  'cat.jpg': RED,
});
const CLASSIFY = { MODULE: CLASSIFIER, MODEL: path.join(folder, 'colours.tflite') };
const hex = RED.toString('hex');
const invocation = (body: string, more = {}): string => JSON.stringify({ body, ...more });

async function isRed(emulated: EmulatedFunction, payload: string): Promise<void> {
  const { status, answer } = await emulated.post(payload);
  assert.deepEqual([status, answer['statusCode'], answer['body']], [200, 200, SENTENCE]);
}

describe('The Lambda handler in the real runtime', function () {
  this.timeout(120_000);

  it("answers the original's lines, bad input of every kind, 6 MB and 200 in a row, in one process", async () => {
    await withEmulatedFunction(CLASSIFY, async (emulated) => {
      const { stdout } = await emulated.bash(
        `echo '{"body": "'$(cat cat.jpg | xxd -p | tr -d '\\n')'"}' > request.txt
         curl -sS -XPOST "http://localhost:8080/2015-03-31/functions/function/invocations" -d @request.txt`,
        folder,
      );
      assert.equal((JSON.parse(stdout) as { body: string }).body, SENTENCE);

      const png = Buffer.from('89504e470d0a1a0a0000', 'hex').toString('base64');
      for (const [payload, status] of [
        [invocation(''), 400],
        ['{"body":null}', 400],
        [invocation(`${hex}f`), 400],
        [invocation(`${hex}zz`), 400],
        [invocation('/9j_', { isBase64Encoded: true }), 400],
        [invocation(png, { isBase64Encoded: true }), 422],
        [invocation('SUkqAAgAAAA=', { isBase64Encoded: true }), 415], // TIFF
        [invocation('data:image/png;base64,iVBORw=='), 415],
        [invocation(hex.slice(0, -40)), 422],
      ] as const) {
        const bad = await emulated.post(payload);
        assert.deepEqual([bad.status, bad.answer['statusCode']], [200, status], payload);
        const problem = JSON.parse(bad.answer['body'] as string) as { status: number };
        assert.equal(problem.status, status);
        await isRed(emulated, invocation(hex));
      }

      for (const payload of ['{"Records":[]}', 'no JSON', '', 'null']) {
        const { answer } = await emulated.post(payload);
        assert.equal(typeof answer['errorType'], 'string', JSON.stringify(answer));
        await isRed(emulated, invocation(hex));
      }

      const room = MAX_PAYLOAD - invocation(hex).length;
      const large = invocation(hex + '0'.repeat(room - (room % 2)));
      assert.ok(MAX_PAYLOAD - large.length < 2);
      await isRed(emulated, large);

      const many = await emulated.bash(
        `curl -sS -w '\\n' -XPOST "http://localhost:8080/2015-03-31/functions/function/invocations?[1-200]" -d @request.txt`,
        folder,
      );
      const answers = many.stdout.trimEnd().split('\n');
      assert.equal(answers.length, 200);
      for (const answer of answers) {
        assert.equal((JSON.parse(answer) as { body: string }).body, SENTENCE);
      }
      assert.equal(emulated.processes.length, 1, 'one process from the first to the last');
    });
  });

  it('answers events of API Gateway, a Function URL and a load balancer', async () => {
    await withEmulatedFunction(CLASSIFY, async (emulated) => {
      const { body, headers } = form([{ name: 'image', filename: 'cat.jpg', content: RED }]);
      for (const kind of ['rest-api', 'http-api', 'function-url', 'load-balancer'] as const) {
        await isRed(emulated, JSON.stringify(eventOf(kind, encoded(RED))));
        const upload = { ...encoded(body), headers: { ...headers, accept: 'application/json' } };
        const { answer } = await emulated.post(JSON.stringify(eventOf(kind, upload)));
        const { topK } = JSON.parse(answer['body'] as string) as { topK: { label: string }[] };
        assert.equal(topK[0]?.label, 'red');
      }
      assert.equal(emulated.processes.length, 1);
    });
  });

  it("answers with 504 before Lambda's own time-out, with 500 after a trap, and goes on", async () => {
    // The emulator counts the init phase as part of the first invocation.
    const variables = { MODULE: await watGuest('handler'), AWS_LAMBDA_FUNCTION_TIMEOUT: '5' };
    await withEmulatedFunction(variables, async (emulated) => {
      for (const [order, status] of [
        ['a', 200],
        ['l', 504],
        ['a', 200],
        ['t', 500],
        ['a', 200],
      ] as const) {
        const { answer } = await emulated.post(JSON.stringify(orders(order)));
        assert.equal(answer['statusCode'], status);
      }
      assert.equal(emulated.processes.length, 1);
    });
  });

  it('writes one line for each invocation, as the runtime writes its own', async () => {
    await withEmulatedFunction(CLASSIFY, async (emulated) => {
      await isRed(emulated, invocation(hex));
      await emulated.post(invocation('x'));
      const lines = emulated.output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      assert.deepEqual(
        lines.map(({ level, message, status }) => [level, message, status]),
        [
          ['INFO', 'loaded', undefined],
          ['INFO', 'invocation', 200],
          ['WARN', 'invocation', 400],
        ],
      );
      for (const { requestId } of lines.slice(1)) {
        assert.ok(emulated.output.includes(`START RequestId: ${String(requestId)} `));
      }
    });
  });

  it('reports what cannot be loaded as an error of the init phase', async () => {
    await withEmulatedFunction({ MODULE: '/nonexistent.so' }, async (emulated) => {
      const { status, answer } = await emulated.post(invocation(hex));
      assert.equal(status, 502);
      assert.equal(answer['errorType'], 'WasmEdgeError');
      assert.match(String(answer['errorMessage']), /nonexistent\.so/);
      assert.match(emulated.output, /INIT RTDONE\(status: error\)/);
      assert.doesNotMatch(emulated.output, /"message":"invocation"/);
    });
  });
});

describe('The Lambda handler with response streams in the real runtime', function () {
  this.timeout(120_000);

  const stream = <T>(
    variables: Readonly<Record<string, string>>,
    use: (emulated: EmulatedFunction) => Promise<T>,
  ): Promise<T> => withEmulatedFunction(variables, use, 'stream.handler');
  const event = (body: string | Buffer, more: object = {}): string =>
    JSON.stringify(eventOf('function-url', { ...encoded(Buffer.from(body)), ...more }));

  it('sends what the program writes, with status and headers before it, in one process', async () => {
    await stream({ MODULE: await streamGuest('copy') }, async (emulated) => {
      for (const body of ['', 'grüße', randomBytes(3 << 20)]) {
        const answer = await emulated.postForStream(event(body));
        assert.equal(answer.status, 200);
        assert.equal(answer.metadata?.statusCode, 200);
        const { headers } = answer.metadata;
        assert.equal(headers['content-type'], 'application/octet-stream');
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.ok(answer.body.equals(Buffer.from(body)), `${answer.body.length} bytes`);
      }
      assert.equal(emulated.processes.length, 1, 'one process from the first to the last');
      const records = emulated.output.match(/"message":"invocation".*"status":200/gu);
      assert.equal(records?.length, 3);
    });
  });

  it('takes status, headers and cookies from CGI', async () => {
    await stream({ MODULE: await watGuest('cgi'), CGI: '1' }, async (emulated) => {
      const { metadata, body } = await emulated.postForStream(event('the body'));
      assert.deepEqual([metadata?.statusCode, metadata?.headers['x-own']], [201, 'a']);
      assert.ok(body.toString().endsWith('\0the body'));
    });
  });

  it('answers failures before the first byte with a problem, breaks off later ones, and goes on', async () => {
    await stream({ MODULE: await streamGuest('byInput') }, async (emulated) => {
      const good = async (): Promise<void> => {
        const { metadata, body } = await emulated.postForStream(event('a fine day'));
        assert.deepEqual([metadata?.statusCode, body.toString()], [200, 'a fine day']);
      };
      await good();
      const early = await emulated.postForStream(event('trap'));
      assert.equal(early.metadata?.statusCode, 500);
      assert.equal((JSON.parse(early.body.toString()) as { status: number }).status, 500);
      await good();
      // The runtime reports it in trailers, which the emulator does not forward: they are in its
      // log.
      assert.doesNotMatch(emulated.output, /The response broke off/u);
      const late = await emulated.postForStream(event('late trap'));
      assert.deepEqual([late.metadata?.statusCode, late.body.toString()], [200, 'late trap']);
      assert.match(emulated.output, /"errorMessage":"The response broke off: /u);
      await good();
      const refused = await emulated.postForStream(event('', { method: 'DELETE' }));
      assert.equal(refused.metadata?.statusCode, 405);
      assert.equal(emulated.processes.length, 1, 'none of these ends the process');
    });
  });

  it('sends what is there while the program writes on, without a limit, and tells of a failure in trailers', async () => {
    const flood = { MODULE: await streamGuest('flood') };
    await withRuntime(
      flood,
      async (api) => {
        const response = await api.invoke(event(''));
        assert.equal(response.headers['lambda-runtime-function-response-mode'], 'streaming');
        let size = 0;
        // The program never ends: this is more than a buffered answer may contain.
        for await (const chunk of response) {
          size += (chunk as Buffer).length;
          if (size > 4 * MAX_PAYLOAD) break;
        }
        assert.ok(size > 4 * MAX_PAYLOAD);
      },
      'stream.handler',
    );
    await withRuntime(
      { MODULE: await streamGuest('byInput') },
      async (api) => {
        for (const [text, type] of [
          ['whole', undefined],
          ['late trap', 'Error'],
          ['whole again', undefined],
        ] as const) {
          const response = await api.invoke(event(text));
          const bytes = await buffer(response);
          assert.ok(bytes.toString().endsWith(`\0${text}`), bytes.toString());
          assert.equal(response.trailers['lambda-runtime-function-error-type'], type, text);
        }
      },
      'stream.handler',
    );
  });
});
