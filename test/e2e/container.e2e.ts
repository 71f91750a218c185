import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { createHandler } from 'wasmedge-embed/lambda';
import type { InvocationResult } from 'wasmedge-embed/lambda';

import { CLASSIFIER } from '../support/classification.js';
import {
  EMULATOR_PORT,
  shellInDevContainer,
  shellInImage,
  withEmulatedImage,
  withImage,
} from '../support/container.js';
import { DATA, requireData } from '../support/data.js';
import { eventOf } from '../support/lambda-events.js';
import { RED, colour, encoded } from '../support/lambda-handler.js';
import { folderWith } from '../support/model-files.js';
import { FITTED_DEFAULT_MODEL } from '../support/paths.js';

const JSON_ANSWER = { accept: 'application/json' };

/** The answers of this machine's own build, with the model that is in the image. */
async function answersHere(pictures: readonly Buffer[]): Promise<InvocationResult[]> {
  const handler = createHandler({
    module: CLASSIFIER,
    models: { default: FITTED_DEFAULT_MODEL },
    logger: false,
  });
  try {
    return await Promise.all(
      pictures.map((picture) => handler({ body: picture.toString('hex'), headers: JSON_ANSWER })),
    );
  } finally {
    await handler.close();
  }
}

/** The fields of the function's log lines, in JSON, with this message. */
function logged(output: string, message: string): Record<string, unknown>[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((entry) => entry['message'] === message);
}

describe('The container image', function () {
  this.timeout(180_000);

  it("answers the original's lines, and as this machine does, in one process", async () => {
    const pictures = [RED, colour(10, 200, 30), colour(255, 255, 255)];
    const expected = await answersHere(pictures);
    const folder = folderWith({ 'cat.jpg': RED });
    await withEmulatedImage({ AWS_LAMBDA_LOG_FORMAT: 'JSON' }, async (emulated) => {
      const { stdout } = await emulated.bash(
        `echo '{"body": "'$(cat cat.jpg | xxd -p | tr -d '\\n')'"}' > request.txt
         curl -sS -XPOST "http://localhost:8080/2015-03-31/functions/function/invocations" -d @request.txt`,
        folder,
      );
      const answer = JSON.parse(stdout) as { statusCode: number; body: string };
      assert.equal(answer.statusCode, 200);
      assert.match(answer.body, /^It .* in the picture/);

      for (const [index, picture] of pictures.entries()) {
        const event = { body: picture.toString('hex'), headers: JSON_ANSWER };
        const { answer: here } = await emulated.post(JSON.stringify(event));
        const [found, wanted] = [here['body'] as string, expected[index]!.body];
        assert.deepEqual(topKOf(found), topKOf(wanted));
      }
      for (const [body, status] of [
        ['', 400],
        ['49492a0008000000', 415], // TIFF
        ['89504e470d0a1a0a', 422], // a PNG that is cut off
        [RED.toString('hex').slice(0, -40), 422],
      ] as const) {
        const { answer: problem } = await emulated.post(JSON.stringify({ body }));
        assert.equal(problem['statusCode'], status);
      }
      const event = JSON.stringify(eventOf('http-api', encoded(RED)));
      assert.equal((await emulated.post(event)).answer['statusCode'], 200);

      const [loaded, ...again] = logged(emulated.output, 'loaded');
      assert.deepEqual(again, [], 'one process from the first to the last');
      assert.equal(loaded?.['mode'], 'aot');
      assert.match(String(loaded['module']), /^\/var\/task\/module\.so$/);
    });
  });

  it('classifies the photographs of the sample data as this machine does', async function () {
    requireData(this);
    const photos = path.join(DATA, 'photos');
    const files = readdirSync(photos).filter((name) => /\.jpe?g$/.test(name));
    assert.ok(files.length > 0);
    const pictures = files.map((name) => readFileSync(path.join(photos, name)));
    const expected = await answersHere(pictures);
    await withEmulatedImage({}, async (emulated) => {
      for (const [index, picture] of pictures.entries()) {
        const event = { body: picture.toString('hex'), headers: JSON_ANSWER };
        const { answer } = await emulated.post(JSON.stringify(event));
        assert.deepEqual(
          topKOf(answer['body'] as string),
          topKOf(expected[index]!.body),
          files[index],
        );
      }
    });
  });

  it('takes invocations from the Runtime API, without the emulator, where Lambda names one', async () => {
    let answered: (answer: string) => void;
    const answer = new Promise<string>((resolve) => (answered = resolve));
    let polls = 0;
    const api = createServer((request, response) => {
      if (request.url === '/2018-06-01/runtime/invocation/next') {
        polls += 1;
        // There is no second invocation: Lambda makes the runtime wait as well.
        if (polls > 1) return;
        const headers = {
          // The client requires it.
          'Content-Type': 'application/json',
          'Lambda-Runtime-Aws-Request-Id': '8476a536-e9f4-11e8-9739-2dfe598c3fcd',
          'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60_000),
          'Lambda-Runtime-Invoked-Function-Arn':
            'arn:aws:lambda:us-east-1:123456789012:function:image-classification',
          'Lambda-Runtime-Trace-Id': 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0',
        };
        for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
        response.end(JSON.stringify({ body: RED.toString('hex') }));
        return;
      }
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        response.statusCode = 202;
        response.end();
        answered(`${request.url ?? ''} ${body}`);
      });
    }).listen(0, '127.0.0.1');
    await once(api, 'listening');
    const { port } = api.address() as AddressInfo;
    try {
      const variables = { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}` };
      await withImage(variables, async () => {
        const [url, body] = (await answer).split(/ (.*)/s);
        assert.match(url!, /\/invocation\/8476a536-e9f4-11e8-9739-2dfe598c3fcd\/response$/);
        assert.equal((JSON.parse(body!) as { statusCode: number }).statusCode, 200);
        await assert.rejects(fetch(`http://localhost:${EMULATOR_PORT}/`));
      });
    } finally {
      api.closeAllConnections();
      api.close();
    }
  });

  it('has what runs, for a user without rights, and nothing to build with', async () => {
    const programs =
      'cc gcc g++ c++ clang ld as make cmake npm python3 rustc cargo llc opt llvm-as';
    const output = await shellInImage(`
      id -u
      cat /proc/1/comm > /dev/null && echo proc
      ls /var/task
      find / -xdev -name '*LLVM*' 2> /dev/null || true
      for each in ${programs} ; do if command -v $each ; then echo "$each is there" ; fi ; done
      find / -xdev -writable ! -type l ! -path '/proc/*' ! -path '/tmp*' ! -path '/var/tmp*' \\
        ! -path '/dev/*' ! -path '/run/*' ! -path '/var/lock*' 2> /dev/null || true`);
    const task = 'index.mjs labels.txt model.tflite module.so module.so.aot.json node_modules';
    assert.deepEqual(output.trim().split('\n'), ['65534', 'proc', ...task.split(' ')]);
  });

  it('tells of an init error what is wrong', async () => {
    await withEmulatedImage({ WASMEDGE_DIR: '/nowhere' }, async (emulated) => {
      const { answer } = await emulated.post('{"body":""}');
      assert.equal(answer['errorType'], 'WasmEdgeError');
      assert.match(String(answer['errorMessage']), /\/nowhere/);
    });
  });
});

describe('The dev container', function () {
  this.timeout(180_000);

  it('has what `npm run quickstart` cannot install: Node.js, npm, git, and root through sudo', async () => {
    const output = await shellInDevContainer(`
      id -un
      sudo -n id -un
      node --print 'process.versions.node.split(".")[0] >= 20'
      npm --version > /dev/null && echo npm
      git --version > /dev/null && echo git
      . /etc/os-release && echo $VERSION_CODENAME
      touch $HOME/file && echo home`);
    assert.deepEqual(output.trim().split('\n'), [
      ...['node', 'root', 'true', 'npm', 'git', 'trixie', 'home'],
    ]);
  });
});

function topKOf(answer: string): unknown {
  const { topK } = JSON.parse(answer) as { topK: unknown };
  return topK;
}
