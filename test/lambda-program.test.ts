import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

import { createHandler } from 'wasmedge-embed/lambda';
import type { HandlerOptions, InvocationRecord } from 'wasmedge-embed/lambda';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { EVENT_KINDS, HTTP_KINDS, eventOf, invoke, readAnswer } from './support/lambda-events.js';
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

/** A program that writes this. */
function printing(output: string): Promise<string> {
  const bytes = Buffer.from(output);
  const escaped = Array.from(bytes, (each) => `\\${each.toString(16).padStart(2, '0')}`).join('');
  return wasmFile(`(module
    (import "wasi_snapshot_preview1" "fd_write"
      (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\10\\00\\00\\00\\${bytes.length.toString(16).padStart(2, '0')}\\00\\00\\00")
    (data (i32.const 16) "${escaped}")
    (func (export "_start")
      (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))`);
}

/** Sends these lines verbatim, and returns the response. */
async function raw(url: string, ...lines: string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write([...lines, `host: ${hostname}:${port}`, 'connection: close', '', ''].join('\r\n'));
  return text(socket);
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
      [
        ['exit', '3'],
        'The program ended with exit code 3. See the log for details.',
        'GuestFailure',
      ],
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
    for (const output of ['no headers', 'Status: 99\n\n', 'a b: c\n\n', 'X: \u0001\n\n']) {
      const module = await printing(output);
      await using handler = createHandler({ task: 'run', module, cgi: true, logger: false });
      assert.equal((await invoke(handler, 'http-api', { body: '' })).status, 500, output);
    }
  });

  it('gives no variable to a header that could be another one, or belongs to the connection', async () => {
    const module = await watGuest('cgi');
    await using handler = createHandler({ task: 'run', module, cgi: true, logger: false });
    const headers = {
      'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      x_forwarded_for: '127.0.0.1',
      proxy_authorization: 'secret',
      connection: 'x-kept',
      'keep-alive': 'timeout=5',
      'proxy-connection': 'close',
      te: 'trailers',
      trailer: 'x',
      'transfer-encoding': 'chunked',
      upgrade: 'websocket',
    };
    for (const kind of HTTP_KINDS) {
      const { body } = await invoke(handler, kind, { headers, body: 'input' });
      const { variables } = environmentOf(body);
      const names = Object.keys(variables).filter((name) => name.startsWith('HTTP_'));
      assert.deepEqual(names, ['HTTP_X_FORWARDED_FOR'], kind);
      assert.equal(variables['HTTP_X_FORWARDED_FOR'], headers['x-forwarded-for']);
    }
  });

  it('tells a program all that CGI requires, for every kind of event', async () => {
    const module = await watGuest('cgi');
    await using handler = createHandler({ task: 'run', module, cgi: true, logger: false });
    const headers = {
      host: 'example.com:8443',
      'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      'x-forwarded-port': '444',
    };
    for (const kind of EVENT_KINDS) {
      const told = async (given: Record<string, string>): Promise<unknown[]> => {
        const { body } = await invoke(handler, kind, { headers: given, body: '' });
        const { variables } = environmentOf(body);
        return ['REMOTE_ADDR', 'SERVER_NAME', 'SERVER_PORT'].map((name) => variables[name]);
      };
      const hasAddress = ['rest-api', 'http-api', 'function-url'].includes(kind);
      const address = hasAddress ? '192.0.2.1' : '198.51.100.7';
      assert.deepEqual(await told(headers), [address, 'example.com', '444'], kind);
      const port = { ...headers, 'x-forwarded-port': 'x' };
      assert.deepEqual(await told(port), [address, 'example.com', '8443'], kind);
      const event = eventOf(kind, { headers }) as { requestContext?: Record<string, unknown> };
      const ends = { sourceIp: 'x\0' };
      const context = { ...event.requestContext, domainName: 'x\0', identity: ends };
      const forged = { ...event, requestContext: { ...context, http: { method: 'GET', ...ends } } };
      const answer = readAnswer('rest-api', await handler(forged as never));
      assert.equal(environmentOf(answer.body).variables['REMOTE_ADDR'], '198.51.100.7');
      const [without, name, usual] = await told({});
      assert.deepEqual([without, usual], [hasAddress ? '192.0.2.1' : '', '443'], kind);
      assert.match(String(name), /^localhost$|\.amazonaws\.com$|\.on\.aws$/u);
    }
  });

  it('gives the path decoded and whole, and refuses what is none', async () => {
    const module = await watGuest('cgi');
    const records: InvocationRecord[] = [];
    const onInvocation = (record: InvocationRecord): void => void records.push(record);
    await using handler = createHandler({
      ...{ task: 'run', module, cgi: true, logger: false, onInvocation },
    });
    const long = `/${'x'.repeat(5000)}`;
    const paths: [given: string, expected: string | number][] = [
      ['/a%20b/%C3%BC', '/a b/ü'],
      ['/plus+/%2B', '/plus+/+'],
      [long, long],
      [`/${'x'.repeat(8 << 10)}`, 414],
      ['/100%', 400],
      ['/%ff', 400],
      ['/%00', 400],
      ['/\ud800', 400],
    ];
    for (const [path, expected] of paths) {
      const event = eventOf('rest-api', { method: 'GET' }) as object;
      const answer = readAnswer('rest-api', await handler({ ...event, path } as never));
      const { status, body } = answer;
      const found = status === 201 ? environmentOf(body).variables['PATH_INFO'] : status;
      assert.equal(found, expected, path.slice(0, 100));
      assert.equal(records.pop()?.path, path.slice(0, 1024));
    }
  });

  it('refuses a method or a query that is none, and one that is too long', async () => {
    const module = await watGuest('cgi');
    await using handler = createHandler({ task: 'run', module, cgi: true, logger: false });
    const event = eventOf('rest-api', { method: 'GET' }) as object;
    const half = '\ud800';
    const cases: [given: object, status: number][] = [
      [{ httpMethod: 'M-SEARCH' }, 201],
      [{ httpMethod: 'GET /' }, 400],
      [{ httpMethod: 'GET\0' }, 400],
      [{ httpMethod: 'X'.repeat(40) }, 400],
      [{ rawQueryString: half }, 400],
      [{ rawQueryString: 'a\0' }, 400],
      [{ rawQueryString: 'ü=😀' }, 201],
      [{ multiValueQueryStringParameters: { [half]: ['x'] } }, 400],
      [{ multiValueQueryStringParameters: { x: [half] } }, 400],
      [{ rawQueryString: 'x'.repeat(64 << 10), headers: {}, multiValueHeaders: {} }, 201],
      [{ rawQueryString: 'x'.repeat((64 << 10) + 1), headers: {}, multiValueHeaders: {} }, 414],
      [{ rawQueryString: 'x'.repeat(64 << 10), headers: { a: 'b' } }, 431],
    ];
    for (const [given, expected] of cases) {
      const answer = await handler({ ...event, ...given } as never);
      const { status } = readAnswer('rest-api', answer);
      assert.equal(status, expected, JSON.stringify(given).slice(0, 100));
    }
  });

  it('sends no length, and no body, with a status that has none', async () => {
    for (const status of [204, 205, 304]) {
      const module = await printing(`Status: ${status}\nX-Own: a\n\nbody`);
      await withScriptedServer({ handler: { task: 'run', module, cgi: true } }, async (url) => {
        for (const method of ['GET', 'HEAD']) {
          const [head = '', body] = (await raw(url, `${method} /run HTTP/1.1`)).split('\r\n\r\n');
          assert.match(head, new RegExp(`^HTTP/1.1 ${status} `, 'u'));
          assert.match(head, /^x-own: a/imu);
          assert.doesNotMatch(head, /^(?:transfer-encoding|content-type)/imu);
          const length = /^content-length: (.*)$/imu.exec(head)?.[1];
          assert.equal(length, status === 205 && method === 'GET' ? '0' : undefined);
          assert.equal(body, '');
        }
      });
    }
    const module = await printing('Content-Type: text/plain\n\nbody');
    await withScriptedServer({ handler: { task: 'run', module, cgi: true } }, async (url) => {
      assert.match(await raw(url, 'GET /run HTTP/1.1'), /^content-length: 4\r$/imu);
      assert.doesNotMatch(await raw(url, 'HEAD /run HTTP/1.1'), /^content-length/imu);
    });
  });

  it('serves nothing beside /run by a path with dots', async () => {
    const module = await watGuest('cgi');
    await withScriptedServer({ handler: { task: 'run', module, cgi: true } }, async (url) => {
      for (const [path, status] of [
        ['/run/../abcdefg', 404],
        ['/run/%2e%2e/abcdefg', 404],
        ['/run/x/../../running', 404],
        ['/run/../run/x', 201],
        ['/run/', 201],
        ['/run?x', 201],
      ] as const) {
        const answer = await raw(url, `GET ${path} HTTP/1.1`);
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `, 'u'), path);
      }
      const answer = await raw(url, 'GET /run/a%20b HTTP/1.1', 'x_forwarded_for: 1');
      const variables = answer.split('\0');
      assert.ok(variables.includes('PATH_INFO=/a b'));
      assert.ok(variables.includes('SERVER_NAME=127.0.0.1'));
      assert.ok(variables.includes('REMOTE_ADDR=127.0.0.1'));
      assert.ok(variables.includes(`SERVER_PORT=${new URL(url).port}`));
      assert.doesNotMatch(answer, /FORWARDED|HTTP_CONNECTION/u);
    });
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
    [{ task: 'run' }, /module must be given if task is 'run'/u],
    [{ task: 'run', module: TOUR, topK: 3 }, /topK must be absent if task is 'run'/u],
    [{ task: 'run', module: TOUR, contentType: 'text' }, /contentType must be a media type/u],
    [{ task: 'run', module: TOUR, contentType: 'a/b\r\nx: y' }, /contentType must be/u],
    [{ task: 'run', module: TOUR, cgi: 1 }, /cgi must be/u],
    [{ cgi: true }, /cgi must be absent unless task is 'run'/u],
  ];
  for (const [given, words] of wrong) {
    it(`refuses ${words.source}`, async () => {
      const { message } = await fails('ERR_INVALID_ARGUMENT', () => createHandler(given));
      assert.match(message, words);
    });
  }
});
