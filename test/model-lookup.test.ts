import assert from 'node:assert/strict';
import path from 'node:path';

import { withEnvironment } from './support/environment.js';
import { MOBILENET, MOBILENET_LABELS, findModel } from './support/internals.js';
import { folderWith } from './support/model-files.js';
import { DEFAULT_MODEL } from './support/paths.js';

const FETCHED = `models/mobilenet_v1_1.0_224_quant`;
const SMALL = 'mobilenet_v1_0.25_128_quant.tflite';
const LARGE = 'mobilenet_v1_0.75_192_quant.tflite';

const full = folderWith({
  [`${FETCHED}/${MOBILENET}`]: 'model',
  [`${FETCHED}/${MOBILENET_LABELS}`]: 'labels',
});
const data = folderWith({
  [`models/${SMALL}`]: 'small',
  [`models/${LARGE}`]: 'larger',
  'models/some_other.tflite': 'the largest of all, and of another family',
  [`models/${MOBILENET_LABELS}`]: 'labels',
});
const empty = folderWith({});

const found = (cache: string, folder: string | undefined): Promise<string> =>
  withEnvironment(
    { WASMEDGE_EMBED_CACHE: cache, WASMEDGE_EMBED_DATA: folder },
    () => findModel().file,
  );

describe('the look-up of a model when none is named', () => {
  it('finds the largest of the family in WASMEDGE_EMBED_DATA first', async () => {
    assert.equal(await found(full, data), path.join(data, 'models', LARGE));
  });

  it('finds the fetched one next', async () => {
    const fetched = path.join(full, FETCHED, MOBILENET);
    assert.equal(await found(full, undefined), fetched);
    assert.equal(await found(full, ''), fetched);
    assert.equal(await found(full, empty), fetched);
    assert.equal(await found(full, path.join(empty, 'nowhere')), fetched);
  });

  it('ends at the embedded default model', async () => {
    assert.equal(await found(empty, undefined), DEFAULT_MODEL);
    assert.equal(await found(path.join(empty, 'nowhere'), empty), DEFAULT_MODEL);
  });

  it('passes over a model without its labels, and labels without a model', async () => {
    const noLabels = folderWith({ [`models/${LARGE}`]: 'model' });
    const noModel = folderWith({ [`models/${MOBILENET_LABELS}`]: 'labels' });
    const half = folderWith({ [`${FETCHED}/${MOBILENET}`]: 'model' });
    for (const folder of [noLabels, noModel]) {
      assert.equal(await found(half, folder), DEFAULT_MODEL);
    }
  });

  it('says which model it is, and where its labels are', async () => {
    const look = (cache: string, folder: string | undefined): Promise<[string, string]> =>
      withEnvironment({ WASMEDGE_EMBED_CACHE: cache, WASMEDGE_EMBED_DATA: folder }, () => {
        const { description, labels } = findModel();
        return [description, labels];
      });
    assert.deepEqual(await look(full, data), [
      `${LARGE} of $WASMEDGE_EMBED_DATA`,
      path.join(data, 'models', MOBILENET_LABELS),
    ]);
    assert.deepEqual(await look(full, undefined), [
      'MobileNet v1 1.0 224, downloaded',
      path.join(full, FETCHED, MOBILENET_LABELS),
    ]);
    const [description, labels] = await look(empty, undefined);
    assert.match(description, /^EfficientNet-Lite0, the default model$/);
    assert.equal(labels, path.join(path.dirname(DEFAULT_MODEL), 'labels.txt'));
  });

  it('says how pictures are fitted to it: as it was trained', async () => {
    const fitting = (cache: string, folder: string | undefined): Promise<object> =>
      withEnvironment({ WASMEDGE_EMBED_CACHE: cache, WASMEDGE_EMBED_DATA: folder }, () => {
        const { fit, crop } = findModel();
        return { fit, crop };
      });
    const imageNet = { fit: 'cover', crop: 0.875 };
    assert.deepEqual(await fitting(full, data), imageNet);
    assert.deepEqual(await fitting(full, undefined), imageNet);
    assert.deepEqual(await fitting(empty, undefined), imageNet);
  });
});
