import assert from 'node:assert/strict';

import { orders } from './support/lambda-handler.js';
import { withScriptedServer } from './support/serve.js';

interface Answer {
  isolation: string;
  detail?: string;
}

const classify = async (url: string, query: string): Promise<[number, Answer]> => {
  const { body } = orders('a');
  const init = { method: 'POST', body: body! };
  const answer = await fetch(`${url}/classify?format=json${query}`, init);
  return [answer.status, (await answer.json()) as Answer];
};

describe('The page of the local server', () => {
  it('is served with its parts, under a policy that allows nothing from elsewhere', async () => {
    await withScriptedServer({}, async (url) => {
      const page = await fetch(`${url}/`);
      assert.equal(page.status, 200);
      assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
      const html = await page.text();
      const links = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, link]) => link!);
      assert.ok(links.length >= 3);
      const types: Record<string, string> = {
        css: 'text/css',
        js: 'text/javascript',
        svg: 'image/svg+xml',
      };
      for (const link of [...links, 'page/page.html']) {
        const file = await fetch(new URL(link, page.url));
        assert.equal(file.status, 200, link);
        const type = types[link.split('.').at(-1)!] ?? 'text/html';
        assert.ok(file.headers.get('content-type')?.startsWith(type), link);
        const policy = file.headers.get('content-security-policy') ?? '';
        assert.match(policy, /^default-src 'none'; script-src 'self';/);
        assert.doesNotMatch(policy, /unsafe|\*|https?:/);
        assert.equal(file.headers.get('x-content-type-options'), 'nosniff');
        assert.ok((await file.arrayBuffer()).byteLength > 0);
      }
      const [, facts] = /id="service">([^<]*)</.exec(html)!;
      assert.deepEqual(JSON.parse(facts!), {
        task: 'classify',
        isolations: ['in-process'],
        maxBytes: 1 << 20,
      });
    });
  });

  it('is sent once for as long as it is the same', async () => {
    await withScriptedServer({}, async (url) => {
      const first = await fetch(url);
      const tag = first.headers.get('etag')!;
      const again = await fetch(url, { headers: { 'if-none-match': tag } });
      assert.deepEqual([again.status, await again.text()], [304, '']);
      const head = await fetch(url, { method: 'HEAD' });
      assert.deepEqual([head.status, await head.text()], [200, '']);
      assert.equal((await fetch(url, { headers: { 'if-none-match': '"x"' } })).status, 200);
      assert.equal((await fetch(url, { method: 'POST' })).status, 404);
    });
  });

  it('is made of its own files alone', async () => {
    await withScriptedServer({}, async (url) => {
      for (const name of [
        'files.js',
        'none',
        '..%2freply.js',
        '%2e%2e%2freply.js',
        'page.css.map',
      ]) {
        const answer = await fetch(`${url}/page/${name}`);
        assert.equal(answer.status, 404, name);
        assert.equal(answer.headers.get('content-type'), 'application/problem+json');
      }
    });
  });

  it('classifies through the isolations on offer, each loaded when it is asked for', async () => {
    await withScriptedServer({ compare: ['worker-process', 'in-process'] }, async (url) => {
      for (const [query, isolation] of [
        ['', 'in-process'],
        ['&isolation=in-process', 'in-process'],
        ['&isolation=worker-process', 'worker-process'],
        ['&isolation=worker-process', 'worker-process'],
      ] as const) {
        const [status, answer] = await classify(url, query);
        assert.deepEqual([status, answer.isolation], [200, isolation]);
      }
      const metrics = await (await fetch(`${url}/metrics`)).text();
      assert.match(metrics, /_count\{stage="execute",isolation="worker-process"\} 2/);
      assert.match(metrics, /_count\{stage="execute",isolation="in-process"\} 2/);
      const html = await (await fetch(url)).text();
      assert.match(html, /"isolations":\["in-process","worker-process"\]/);
    });
  });

  it('refuses isolations that are not on offer', async () => {
    await withScriptedServer({ compare: ['worker-process'] }, async (url) => {
      for (const name of ['subprocess', 'nonsense', '', '__proto__']) {
        const [status, { detail }] = await classify(url, `&isolation=${name}`);
        assert.equal(status, 400);
        assert.match(detail ?? '', /one of: in-process, worker-process\.$/);
      }
    });
  });

  it('says so where an isolation cannot be loaded, tries again, and goes on with its own', async () => {
    const handler = { subprocess: { program: '/nonexistent/wasmedge' } };
    await withScriptedServer({ compare: ['subprocess'], handler }, async (url) => {
      for (const attempt of ['first', 'second']) {
        const [status, { detail }] = await classify(url, '&isolation=subprocess');
        assert.equal(status, 503, attempt);
        assert.match(detail ?? '', /'subprocess' could not be loaded/);
        assert.doesNotMatch(detail ?? '', /nonexistent/);
      }
      assert.equal((await classify(url, ''))[0], 200);
    });
  });

  it('tells how long a request waited for its isolation', async () => {
    await withScriptedServer({ compare: ['worker-process'] }, async (url) => {
      const answer = await fetch(`${url}/classify?isolation=worker-process`, {
        method: 'POST',
        body: orders('a').body!,
      });
      assert.match(answer.headers.get('server-timing') ?? '', /^load;dur=\d+\.\d{3}$/);
    });
  });
});
