import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { classify } from './support/classification.js';
import { withEnvironment } from './support/environment.js';
import {
  MOBILENET,
  MOBILENET_LABELS,
  fetchModel,
  fetchedModelDirectory,
  findModel,
} from './support/internals.js';
import { plainJpeg } from './support/jpeg.js';
import { withServer } from './support/local-server.js';
import { ARCHIVE, ARCHIVE_SHA256, LABELS, MODEL } from './support/model-archive.js';
import { folderWith } from './support/model-files.js';

const inCache = <T>(cache: string, work: () => Promise<T>): Promise<T> =>
  withEnvironment({ WASMEDGE_EMBED_CACHE: cache, WASMEDGE_EMBED_DATA: undefined }, work);

describe('fetchModel', () => {
  it('puts model and labels into the cache, where the look-up finds them', async () => {
    const cache = path.join(folderWith({}), 'not', 'there', 'yet');
    const found = await inCache(cache, () =>
      withServer(
        (_, response) => response.end(ARCHIVE),
        async (url) => {
          const folder = await fetchModel({ url, sha256: ARCHIVE_SHA256 });
          assert.equal(folder, fetchedModelDirectory());
          assert.deepEqual(readdirSync(folder).sort(), [MOBILENET_LABELS, MOBILENET].sort());
          assert.deepEqual(readFileSync(path.join(folder, MOBILENET)), MODEL);
          assert.equal(readFileSync(path.join(folder, MOBILENET_LABELS), 'utf8'), LABELS);
          assert.deepEqual(readdirSync(path.dirname(folder)), [path.basename(folder)]);

          return findModel();
        },
      ),
    );
    assert.equal(found.file, path.join(cache, 'models', 'mobilenet_v1_1.0_224_quant', MOBILENET));
    const { file, labels } = found;
    const answer = await classify({ file, labels }, plainJpeg(8, 8, 100));
    assert.match(answer, /very likely a .*>dog</);
  });

  it('takes the place of what was fetched before', async () => {
    const cache = folderWith({
      [`models/mobilenet_v1_1.0_224_quant/${MOBILENET}`]: 'an old one',
      'models/mobilenet_v1_1.0_224_quant/stray.txt': 'and something else',
    });
    await inCache(cache, () =>
      withServer(
        (_, response) => response.end(ARCHIVE),
        async (url) => {
          const folder = await fetchModel({ url, sha256: ARCHIVE_SHA256 });
          assert.deepEqual(readdirSync(folder).sort(), [MOBILENET_LABELS, MOBILENET].sort());
          assert.deepEqual(readFileSync(path.join(folder, MOBILENET)), MODEL);
        },
      ),
    );
  });

  it('tells how far it is, with the whole where the server says it', async () => {
    await inCache(folderWith({}), async () => {
      for (const header of [{ 'content-length': ARCHIVE.length }, {}]) {
        const progress: [number, number | undefined][] = [];
        await withServer(
          (_, response) => {
            response.writeHead(200, header);
            response.write(ARCHIVE.subarray(0, 100));
            response.end(ARCHIVE.subarray(100));
          },
          (url) =>
            fetchModel({
              url,
              sha256: ARCHIVE_SHA256,
              onProgress: (received, total) => progress.push([received, total]),
            }),
        );
        const total = 'content-length' in header ? ARCHIVE.length : undefined;
        assert.deepEqual(progress.at(-1), [ARCHIVE.length, total]);
        assert.deepEqual(
          progress.map(([received]) => received),
          progress.map(([received]) => received).sort((a, b) => a - b),
        );
      }
    });
  });

  it('follows the way that a server points to', async () => {
    await inCache(folderWith({}), () =>
      withServer(
        (request, response) => {
          if (request.url === '/archive.zip') response.writeHead(302, { location: '/moved' }).end();
          else response.end(ARCHIVE);
        },
        async (url) => {
          await fetchModel({ url, sha256: ARCHIVE_SHA256 });
        },
      ),
    );
  });
});
