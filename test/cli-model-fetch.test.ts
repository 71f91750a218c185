import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';

import { commandLine } from './support/command-line.js';
import { MOBILENET } from './support/internals.js';
import { withServer } from './support/local-server.js';
import { ARCHIVE, ARCHIVE_SHA256 } from './support/model-archive.js';
import { folderWith } from './support/model-files.js';

describe('wasmedge-embed model fetch', () => {
  it('refuses another archive than the official one and keeps nothing', async () => {
    const cache = folderWith({});
    await withServer(
      (_, response) => response.end(ARCHIVE),
      async (url) => {
        const { stdout, stderr, exitCode } = await commandLine(['model', 'fetch', '--url', url], {
          WASMEDGE_EMBED_CACHE: cache,
        });
        assert.equal(exitCode, 1);
        assert.equal(stdout, '');
        assert.match(stderr, /^wasmedge-embed: ERR_MODEL: .*is not the expected archive/);
        assert.match(stderr, new RegExp(ARCHIVE_SHA256));
        // From Node.js 22 on, the command keeps its own compiled JavaScript there.
        assert.deepEqual(
          readdirSync(cache).filter((name) => name !== 'javascript'),
          [],
        );
      },
    );
  });

  it('tells the server’s refusal in one line', async () => {
    await withServer(
      (_, response) => response.writeHead(404).end(),
      async (url) => {
        const { stderr, exitCode } = await commandLine(['model', 'fetch', '--url', url], {
          WASMEDGE_EMBED_CACHE: folderWith({}),
        });
        assert.equal(exitCode, 1);
        assert.match(stderr, /ERR_MODEL: Cannot download http:.*the server answered 404/);
        assert.equal(stderr.trimEnd().split('\n').length, 1);
      },
    );
  });

  it('fetches nothing that is there already, unless it is forced to', async () => {
    const cache = folderWith({ [`models/mobilenet_v1_1.0_224_quant/${MOBILENET}`]: 'there' });
    let requests = 0;
    await withServer(
      (_, response) => {
        requests++;
        response.writeHead(404).end();
      },
      async (url) => {
        const variables = { WASMEDGE_EMBED_CACHE: cache };
        const again = await commandLine(['model', 'fetch', '--url', url], variables);
        assert.deepEqual([again.exitCode, again.stderr], [0, '']);
        assert.match(again.stdout, /already has it \(--force downloads it again\)/);
        assert.equal(requests, 0);
        const forced = await commandLine(['model', 'fetch', '--force', '--url', url], variables);
        assert.equal(forced.exitCode, 1);
        assert.equal(requests, 1);
      },
    );
  });
});
