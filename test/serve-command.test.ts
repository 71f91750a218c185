import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { CLASSIFIER } from './support/classification.js';
import { commandLine } from './support/command-line.js';
import { RED, orders } from './support/lambda-handler.js';
import { folderWith } from './support/model-files.js';
import { withScriptedServer, withServeCommand } from './support/serve.js';
import { pickingModel } from './support/tflite-models.js';
import { watGuest } from './support/wat.js';

const folder = folderWith({
  'colours.tflite': pickingModel({ type: 'uint8', size: [1, 1, 3] }, [
    [0, 0, 0],
    [0, 0, 1],
    [0, 0, 2],
  ]),
  'colours.labels.txt': 'red\ngreen\nblue\n',
  'cat.jpg': RED,
});
const MODEL = ['--module', CLASSIFIER, '--model', path.join(folder, 'colours.tflite')];
const shell = promisify(execFile);

describe('wasmedge-embed serve', () => {
  it("answers the original's lines, word for word but for the port", async () => {
    await withServeCommand(MODEL, async ({ url }) => {
      const script = `
        echo '{"body": "'$(cat cat.jpg | xxd -p | tr -d '\\n')'"}' > request.txt
        curl -sS -XPOST "http://localhost:8080/2015-03-31/functions/function/invocations" -d @request.txt
        echo
        curl -sS -XPOST "http://localhost:8080/2015-03-31/functions/image-classification-lambda/invocations" -d @request.txt
        echo
        curl -sS --data-binary @cat.jpg http://localhost:8080/classify
        curl -sS -F image=@cat.jpg http://localhost:8080/classify
        curl -sS -H 'Accept: application/json' --data-binary @cat.jpg http://localhost:8080/classify`;
      const { stdout } = await shell(
        'bash',
        ['-ec', script.replaceAll('http://localhost:8080', url)],
        { cwd: folder },
      );
      const lines = stdout.split('\n');
      const sentence =
        "It is very likely a <a href='https://www.google.com/search?q=red'>red</a> in the picture";
      for (const line of lines.slice(0, 2)) {
        const answer = JSON.parse(line) as { statusCode: number; body: string };
        assert.deepEqual([answer.statusCode, answer.body], [200, `${sentence}\n`]);
      }
      assert.deepEqual(lines.slice(2, 4), [sentence, sentence]);
      const { topK } = JSON.parse(lines[4]!) as { topK: { label: string }[] };
      assert.equal(topK[0]?.label, 'red');
    });
  });

  for (const [args, isolations] of [
    [[], ['in-process', 'worker-process', 'subprocess']],
    [
      ['--isolation', 'worker-process', '--compare', 'in-process'],
      ['worker-process', 'in-process'],
    ],
    [['--no-compare'], ['in-process']],
    [['--host', '0.0.0.0'], ['in-process']],
  ] as const) {
    it(`offers ${isolations.join(', ')} with ${args.join(' ') || 'no options'}`, async () => {
      await withServeCommand([...MODEL, ...args], async ({ url }) => {
        const html = await (await fetch(url)).text();
        const [, facts] = /id="service">([^<]*)</.exec(html)!;
        const service = JSON.parse(facts!) as Record<string, unknown>;
        const expected = { task: 'classify', isolations, model: 'colours.tflite' };
        assert.deepEqual(service, { ...expected, maxBytes: 12 << 20 });
      });
    });
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`finishes what is under way after ${signal}, refuses the rest and ends with 0`, async () => {
      const module = await watGuest('handler');
      const args = ['--module', module, '--timeout', '3', '--concurrency', '1'];
      await withServeCommand(args, async (served) => {
        const health = async (): Promise<number> =>
          ((await (await fetch(`${served.url}/healthz`)).json()) as { inFlight: number }).inFlight;
        const running = fetch(`${served.url}/classify`, {
          method: 'POST',
          body: orders('l').body!,
        });
        while ((await health()) !== 1);
        served.process.kill(signal);
        assert.equal((await running).status, 504);
        assert.equal(await served.ended, 0);
        assert.match(served.stderr(), new RegExp(`^${signal}: finishing`, 'm'));
        const entries = served
          .stdout()
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as { message: string; status?: number });
        assert.deepEqual(
          entries.map(({ message, status }) => [message, status]),
          [
            ['loaded', undefined],
            ['invocation', 504],
          ],
        );
      });
    });
  }

  it('ends at once after a second signal, and with 1 when it takes too long', async () => {
    const module = await watGuest('handler');
    const begin = async (url: string): Promise<void> => {
      fetch(`${url}/classify`, { method: 'POST', body: orders('l').body! }).catch(() => undefined);
      for (;;) {
        const health = (await (await fetch(`${url}/healthz`)).json()) as { inFlight: number };
        if (health.inFlight === 1) return;
      }
    };
    await withServeCommand(['--module', module, '--timeout', '900'], async (served) => {
      await begin(served.url);
      served.process.kill('SIGTERM');
      while (!served.stderr().includes('finishing')) await new Promise(setImmediate);
      served.process.kill('SIGINT');
      assert.equal(await served.ended, 130);
    });
    const args = ['--module', module, '--timeout', '900', '--shutdown-timeout', '1'];
    await withServeCommand(args, async (served) => {
      await begin(served.url);
      served.process.kill('SIGTERM');
      assert.equal(await served.ended, 1);
      assert.match(served.stderr(), /Not finished after 1 s/);
    });
  });

  it('says so in a line where the port is taken', async () => {
    await withScriptedServer({}, async (url) => {
      const { stderr, exitCode } = await commandLine([
        'serve',
        ...MODEL,
        '--port',
        new URL(url).port,
      ]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /^error: .*EADDRINUSE.*--port/m);
    });
  });

  it('ends with 1 where module or model cannot be loaded', async () => {
    const text = path.join(folder, 'none.wasm');
    writeFileSync(text, 'none');
    for (const [args, words] of [
      [['--module', '/nonexistent'], /ERR_MODULE_LOAD: .*\/nonexistent/],
      [['--module', text], /ERR_MODULE_INVALID/],
      [['--model', '/nonexistent'], /ERR_MODEL: .*\/nonexistent/],
      [['--compare', 'nonsense'], /--compare.*in-process, worker-process, subprocess/],
      [['--isolation', 'nonsense'], /--isolation.*in-process, worker-process, subprocess/],
    ] as const) {
      const { stderr, exitCode } = await commandLine(['serve', '--port', '0', ...MODEL, ...args]);
      assert.equal(exitCode, 1);
      assert.match(stderr, words);
    }
  });
});
