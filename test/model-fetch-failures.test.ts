import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import path from 'node:path';

import { withEnvironment } from './support/environment.js';
import { fails } from './support/errors.js';
import { MOBILENET, MODEL_ARCHIVE, fetchModel } from './support/internals.js';
import { withServer } from './support/local-server.js';
import { ARCHIVE, ARCHIVE_SHA256, HALF_ARCHIVE, sha256 } from './support/model-archive.js';
import { folderWith } from './support/model-files.js';

const OLD = `models/mobilenet_v1_1.0_224_quant/${MOBILENET}`;

/**
 * Tries to fetch with a cache that contains an older model, and checks that the cache stays
 * unchanged.
 */
async function failsToFetch(options: Parameters<typeof fetchModel>[0]): Promise<string> {
  const cache = folderWith({ [OLD]: 'the old one' });
  const before = readdirSync(cache, { recursive: true }).sort();
  const { message } = await withEnvironment({ WASMEDGE_EMBED_CACHE: cache }, () =>
    fails('ERR_MODEL', fetchModel(options)),
  );
  assert.deepEqual(readdirSync(cache, { recursive: true }).sort(), before);
  assert.equal(readFileSync(path.join(cache, OLD), 'utf8'), 'the old one');
  return message;
}

const failsAt = (
  listener: RequestListener,
  options: Parameters<typeof fetchModel>[0] = {},
): Promise<string> =>
  withServer(listener, (url) => failsToFetch({ url, sha256: ARCHIVE_SHA256, ...options }));

describe('fetchModel in vain', () => {
  it('keeps nothing of another content than expected', async () => {
    const other = Buffer.concat([ARCHIVE, Buffer.of(0)]);
    const message = await failsAt((_, response) => response.end(other));
    assert.match(message, new RegExp(sha256(other)));
    assert.match(message, /Nothing was saved/);
  });

  it('expects the official archive unless told otherwise', async () => {
    assert.match(MODEL_ARCHIVE.sha256, /^[0-9a-f]{64}$/);
    const message = await withServer(
      (_, response) => response.end(ARCHIVE),
      (url) => failsToFetch({ url }),
    );
    assert.match(message, new RegExp(ARCHIVE_SHA256));
  });

  it('tells the server’s refusal', async () => {
    for (const status of [403, 404, 500, 204]) {
      const message = await failsAt((_, response) => response.writeHead(status).end());
      assert.match(message, new RegExp(`the server answered ${status}`));
      assert.match(message, /default model does not/);
    }
  });

  it('tells that nobody answers', async () => {
    // The address of a server that has just been closed.
    const url = await withServer(
      () => undefined,
      (address) => Promise.resolve(address),
    );
    const message = await failsToFetch({ url, sha256: ARCHIVE_SHA256 });
    assert.match(message, /ECONNREFUSED/);
    assert.match(message, /requires a network connection/);
  });

  it('tells that an address is none', async () => {
    assert.match(await failsToFetch({ url: 'no address' }), /Cannot download no address/);
  });

  it('gives up when no byte comes, before the answer or within it', async () => {
    const silent = await failsAt(() => undefined, { idleTimeoutMs: 50 });
    assert.match(silent, /nothing was received for 50 ms/);
    const stalled = await failsAt(
      (_, response) => {
        response.writeHead(200, { 'content-length': ARCHIVE.length });
        response.write(ARCHIVE.subarray(0, 100));
      },
      { idleTimeoutMs: 50 },
    );
    assert.match(stalled, /nothing was received for 50 ms/);
  });

  it('tells that the connection broke', async () => {
    await failsAt((_, response) => {
      response.writeHead(200, { 'content-length': ARCHIVE.length });
      response.write(ARCHIVE.subarray(0, 100), () => response.destroy());
    });
  });

  it('takes no more than a model of this kind can have', async () => {
    const message = await failsAt((_, response) => {
      response.on('error', () => undefined);
      const part = Buffer.alloc(1 << 20);
      const more = (count: number): void => {
        if (count === 0 || response.destroyed) response.end();
        else
          response.write(part, () => {
            more(count - 1);
          });
      };
      more(32);
    });
    assert.match(message, /larger than 16777216 bytes/);
  });

  it('keeps nothing of an archive that lacks a part', async () => {
    const message = await failsAt((_, response) => response.end(HALF_ARCHIVE), {
      sha256: sha256(HALF_ARCHIVE),
    });
    assert.match(message, /does not contain .*\.tflite and .*\.txt/);
  });
});
