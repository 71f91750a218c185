import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { commandLine } from './support/command-line.js';
import { ISOLATIONS } from './support/isolations.js';
import { rustGuest } from './support/paths.js';
import { withServeCommand } from './support/serve.js';
import { streamGuest } from './support/streams.js';
import { temporaryPath, watGuest } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const BINARY = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a]);

/** The arguments that make a command answer with this program. */
const answering = (module: string, ...more: string[]): string[] => [
  ...['--task', 'run', '--module', module],
  ...more,
];

const post = (url: string, body: string | Uint8Array): Promise<Response> =>
  fetch(url, { method: 'POST', body: body as never });

describe('wasmedge-embed serve --task run', () => {
  for (const isolation of ISOLATIONS) {
    it(`answers with what the program makes of the body: ${isolation}`, async () => {
      const args = answering(await streamGuest('copy'), '--isolation', isolation);
      const contentType = ['--content-type', 'application/octet-stream'];
      await withServeCommand([...args, ...contentType], async ({ url, stderr }) => {
        const answer = await post(`${url}/run`, BINARY);
        assert.equal(answer.status, 200);
        assert.ok(BINARY.equals(Buffer.from(await answer.arrayBuffer())));
        assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
        assert.equal(await (await post(`${url}/run`, '')).text(), '', 'nothing of the one before');
        assert.match(
          stderr(),
          /^Listening on \S+ \(ready in [\d.]+ s\)\. Program: \S+guest\.wasm\.$/mu,
        );
      });
    });
  }

  it('gives the program arguments, variables and folders, and none that were not given', async () => {
    const folder = temporaryPath('folder');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'file'), 'content');
    const read = ['--arg', 'read', '--arg', '/in/file', '--dir', `${folder}::/in`];
    await withServeCommand(answering(TOUR, ...read), async ({ url }) => {
      assert.equal(await (await post(`${url}/run`, '')).text(), 'content');
    });
    const write = ['--arg', 'write', '--arg', '/out/new', '--dir', `${folder}::/out:rw`];
    await withServeCommand(answering(TOUR, ...write), async ({ url }) => {
      // This guest fails if it may write.
      assert.equal((await post(`${url}/run`, '')).status, 500);
    });
    assert.equal(readFileSync(path.join(folder, 'new'), 'utf8'), 'written');
    const variables = ['--env', 'GIVEN=a=b', '--env', 'NOT_THERE', '--scratch', '/tmp'];
    await withServeCommand(answering(TOUR, '--arg', 'env', ...variables), async ({ url }) => {
      assert.equal((await (await post(`${url}/run`, '')).text()).trim(), 'GIVEN=a=b');
    });
  });

  it('has the program speak CGI with --cgi, and answers its failures as problems', async () => {
    await withServeCommand(answering(await watGuest('cgi'), '--cgi'), async ({ url }) => {
      const answer = await post(`${url}/run/deeper?a=b`, 'the body');
      assert.deepEqual([answer.status, answer.headers.get('x-own')], [201, 'a']);
      const parts = (await answer.text()).split('\0');
      assert.equal(parts.pop(), 'the body');
      for (const each of ['REQUEST_METHOD=POST', 'PATH_INFO=/deeper', 'QUERY_STRING=a=b']) {
        assert.ok(parts.includes(each), parts.join());
      }
    });
    await withServeCommand(answering(await streamGuest('traps')), async ({ url, stdout }) => {
      const answer = await post(`${url}/run`, '');
      assert.equal(answer.status, 500);
      assert.equal(((await answer.json()) as { status: number }).status, 500);
      assert.match(stdout(), /"message":"invocation".*"status":500/u);
    });
  });

  it('ends a program that takes too long, and finishes what is under way after SIGTERM', async () => {
    const args = answering(TOUR, '--timeout', '1', '--arg', 'spin', '--arg', '99999999999');
    await withServeCommand(args, async (served) => {
      const running = post(`${served.url}/run`, '');
      for (;;) {
        const health = await fetch(`${served.url}/healthz`);
        if (((await health.json()) as { inFlight: number }).inFlight === 1) break;
      }
      served.process.kill('SIGTERM');
      assert.equal((await running).status, 504);
      assert.equal(await served.ended, 0);
    });
  });

  it('is refused without a module, and its options without it', async () => {
    for (const [args, words] of [
      [['--task', 'run'], /module must be given if task is 'run'/u],
      [['--task', 'walk', '--module', TOUR], /--task.*run/u],
      [['--cgi'], /--cgi requires --task run/u],
      [['--arg', 'x'], /--arg requires --task run/u],
      [['--dir', '/tmp'], /--dir requires --task run/u],
      [['--task', 'run', '--module', '/nonexistent'], /ERR_MODULE_LOAD.*nonexistent/u],
    ] as const) {
      for (const command of [
        ['serve', '--port', '0'],
        ['consume', '--queue', 'q'],
        ['worker', '--queue', 'q'],
      ]) {
        const { stdout, stderr, exitCode } = await commandLine([...command, ...args]);
        assert.equal(exitCode, 1, `${command.join(' ')} ${args.join(' ')}: ${stdout}`);
        assert.match(stderr, words);
      }
    }
  });
});
