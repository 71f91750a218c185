import assert from 'node:assert/strict';

import { createHandler } from 'wasmedge-embed/lambda';
import type { HandlerOptions, InvocationRecord } from 'wasmedge-embed/lambda';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { EVENT_KINDS, HTTP_KINDS, eventOf, invoke } from './support/lambda-events.js';
import { encoded } from './support/lambda-handler.js';
import { rustGuest } from './support/paths.js';
import { withScriptedServer } from './support/serve.js';
import { wasmFile, watGuest } from './support/wat.js';

const TOUR = rustGuest('std-tour');
const BINARY = Buffer.from([0xff, 0x00, 0xfe, 0x80, 0x0a]);

function options(args: string[], more: HandlerOptions = {}): HandlerOptions {
  return { task: 'run', module: TOUR, args, logger: false, concurrency: 1, ...more };
}

interface ProblemBody {
  status: number;
  detail: string;
}

/** The variables that the CGI guest found, and the input that followed them. */
function environmentOf(body: string): { variables: Record<string, string>; input: string } {
  const parts = body.split('\0');
  const input = parts.pop() ?? '';
  const pairs = parts.map((each): [string, string] => {
    const at = each.indexOf('=');
    return [each.slice(0, at), each.slice(at + 1)];
  });
  return { variables: Object.fromEntries(pairs), input };
}

describe('The Lambda handler that runs any program', () => {
  for (const isolation of ISOLATIONS) {
    it(`answers a body with what the program makes of it: ${isolation}`, async () => {
      await using handler = createHandler(options(['upper'], { isolation }));
      await handler.ready;
      const { status, headers, body } = await invoke(handler, 'http-api', { body: 'hello' });
      assert.deepEqual([status, body], [200, 'HELLO']);
      assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
      assert.equal(headers['x-content-type-options'], 'nosniff');
    });
  }

  it('takes and gives text and bytes, with every kind of event', async () => {
    const contentType = 'application/octet-stream';
    await using handler = createHandler(options(['cat'], { contentType }));
    for (const kind of EVENT_KINDS) {
      const text = await invoke(handler, kind, { body: 'grüße' });
      assert.deepEqual([text.status, text.body], [200, 'grüße']);
      const answer = (await handler(eventOf(kind, encoded(BINARY)) as never)) as {
        body: string;
        isBase64Encoded: boolean;
      };
      assert.equal(answer.isBase64Encoded, true);
      assert.deepEqual(Buffer.from(answer.body, 'base64'), BINARY);
      const empty = await invoke(handler, kind, { body: null });
      assert.deepEqual([empty.status, empty.headers['content-type']], [200, contentType]);
    }
  });

  it('answers 500 where the program fails, and says why in the log alone', async () => {
    for (const [args, words, name] of [
      [['exit', '3'], 'The program ended with exit code 3. The log says more.', 'GuestFailure'],
      [['panic'], 'The request could not be answered. The log says why.', 'WasmEdgeError'],
    ] as const) {
      const records: InvocationRecord[] = [];
      const onInvocation = (record: InvocationRecord): void => void records.push(record);
      await using handler = createHandler(options([...args], { onInvocation }));
      const { status, headers, body } = await invoke(handler, 'rest-api', { body: 'x' });
      assert.deepEqual([status, headers['content-type']], [500, 'application/problem+json']);
      assert.equal((JSON.parse(body) as ProblemBody).detail, words);
      assert.equal(records[0]?.error?.name, name);
    }
  });

  it('refuses what it does not take, as with pictures', async () => {
    await using handler = createHandler(options(['cat'], { limits: { stdinBytes: 8 } }));
    const cases = [
      [{ body: '123456789' }, 413],
      [encoded(Buffer.alloc(9)), 413],
      [{ body: '$', isBase64Encoded: true }, 400],
      [{ body: 'x', headers: { 'content-encoding': 'gzip' } }, 415],
      [{ method: 'DELETE', body: 'x' }, 405],
      [encoded(Buffer.alloc(8)), 200],
    ] as const;
    for (const [request, status] of cases) {
      assert.equal((await invoke(handler, 'http-api', request)).status, status);
    }
    await using slow = createHandler(
      options(['spin', '99999999999'], { limits: { timeoutMs: 50 } }),
    );
    const late = await invoke(slow, 'http-api', { body: '' });
    assert.equal(late.status, 504);
    assert.match((JSON.parse(late.body) as ProblemBody).detail, /request could not be answered/u);
  });

  it('speaks CGI where it is told to: request as variables, headers in the answer', async () => {
    const module = await watGuest('cgi');
    await using handler = createHandler({
      ...{ task: 'run', module, cgi: true, logger: false, env: { OWN: 'module' } },
    });
    const headers = {
      'content-type': 'text/x-in',
      host: 'example.com:8443',
      'x-some-thing': 'a b',
      proxy: 'http://evil.example',
      authorization: 'secret',
      'x-line': 'a\r\nb',
      'bad name': 'x',
    };
    for (const kind of HTTP_KINDS) {
      const request = { method: 'PATCH', headers, query: { q: 'a b', p: '1' }, body: 'input' };
      const { status, headers: given, body } = await invoke(handler, kind, request);
      assert.equal(status, 201, `${kind}: ${body}`);
      assert.equal(given['content-type'], 'application/x-env');
      assert.equal(given['x-own'], 'a');
      assert.equal(given['connection'], undefined);
      const { variables, input } = environmentOf(body);
      assert.equal(input, 'input');
      assert.equal(variables['OWN'], 'module');
      assert.equal(variables['REQUEST_METHOD'], 'PATCH');
      assert.equal(variables['CONTENT_LENGTH'], '5');
      assert.equal(variables['CONTENT_TYPE'], 'text/x-in');
      assert.equal(variables['SERVER_NAME'], 'example.com');
      assert.equal(variables['HTTP_X_SOME_THING'], 'a b');
      const query = new URLSearchParams(variables['QUERY_STRING']);
      assert.deepEqual([query.get('q'), query.get('p')], ['a b', '1'], kind);
      for (const name of Object.keys(variables)) {
        assert.match(name, /^[A-Z_]+$/u);
        assert.doesNotMatch(name, /PROXY|AUTHORIZATION|LINE/u);
      }
    }
    const get = await invoke(handler, 'http-api', { method: 'GET' });
    assert.equal(get.status, 201);
    assert.equal(environmentOf(get.body).variables['CONTENT_LENGTH'], undefined);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x-${at}`, 'x']));
    assert.equal((await invoke(handler, 'http-api', { headers: many, body: '' })).status, 431);
  });

  it('refuses what is no CGI answer', async () => {
    for (const output of ['no headers', 'Status: 99\\n\\n', 'a b: c\\n\\n', 'X: \\01\\n\\n']) {
      const length = Buffer.byteLength(
        JSON.parse(`"${output.replaceAll('\\01', '\\u0001')}"`) as string,
      );
      const module = await wasmFile(`(module
        (import "wasi_snapshot_preview1" "fd_write"
          (func $fd_write (param i32 i32 i32 i32) (result i32)))
        (memory (export "memory") 1)
        (data (i32.const 0) "\\10\\00\\00\\00\\${length.toString(16).padStart(2, '0')}\\00\\00\\00")
        (data (i32.const 16) "${output}")
        (func (export "_start")
          (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`);
      await using handler = createHandler({ task: 'run', module, cgi: true, logger: false });
      assert.equal((await invoke(handler, 'http-api', { body: '' })).status, 500, output);
    }
  });

  it('is served over HTTP, below /run', async () => {
    const module = await watGuest('cgi');
    const handler = { task: 'run', module, cgi: true } as const;
    await withScriptedServer({ handler }, async (url) => {
      const response = await fetch(`${url}/run/below/it?a=%20b`, { method: 'POST', body: BINARY });
      assert.deepEqual(
        [response.status, response.headers.get('content-type')],
        [201, 'application/x-env'],
      );
      const answer = Buffer.from(await response.arrayBuffer());
      assert.deepEqual(answer.subarray(-BINARY.length), BINARY);
      const { variables } = environmentOf(answer.toString());
      assert.equal(variables['PATH_INFO'], '/below/it');
      assert.equal(variables['QUERY_STRING'], 'a=%20b');
      assert.equal((await fetch(`${url}/classify`, { method: 'POST', body: 'x' })).status, 404);
    });
  });

  const wrong: [given: object, words: RegExp][] = [
    [{ task: 'run' }, /module must be given where task is 'run'/u],
    [{ task: 'run', module: TOUR, topK: 3 }, /topK must be left out where task is 'run'/u],
    [{ task: 'run', module: TOUR, contentType: 'text' }, /contentType must be a media type/u],
    [{ task: 'run', module: TOUR, contentType: 'a/b\r\nx: y' }, /contentType must be/u],
    [{ task: 'run', module: TOUR, cgi: 1 }, /cgi must be/u],
    [{ cgi: true }, /cgi must be left out unless task is 'run'/u],
  ];
  for (const [given, words] of wrong) {
    it(`refuses ${words.source}`, async () => {
      const { message } = await fails('ERR_INVALID_ARGUMENT', () => createHandler(given));
      assert.match(message, words);
    });
  }
});
