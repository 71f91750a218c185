import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import type { Browser, Page } from 'playwright-core';

import { startChromium } from '../support/chromium.js';
import { DATA } from '../support/data.js';
import { DETECTOR, petModel } from '../support/detection.js';
import { startServer } from '../support/internals.js';
import { plainJpeg } from '../support/jpeg.js';
import { card, faintTexts, result, screenshot, withPage } from '../support/page.js';
import { skip } from '../support/skip.js';

type Model = ReturnType<typeof petModel>;

const REAL_MODEL = path.join(DATA, '..', 'models-real', 'go-tflite__detect.tflite');
const REAL_LABELS = ['???', ...Array<string>(15).fill('???'), 'bird', 'cat', 'dog'];

describe('The page in a browser, with a detector', function () {
  let browser: Browser;

  before(async function () {
    // Long enough for the guest to be compiled.
    this.timeout(180_000);
    browser = await startChromium(this);
  });

  // Undefined if it did not start.
  after(() => (browser as Browser | undefined)?.close());

  const withDetector = async (
    model: Model,
    use: (page: Page, requested: readonly URL[]) => Promise<void>,
  ): Promise<void> => {
    const server = await startServer({
      ...{ host: '127.0.0.1', port: 0, timeoutMs: 60_000, maxBodyBytes: 1 << 20 },
      handler: {
        ...{ task: 'detect', module: DETECTOR, models: { default: model }, logger: false },
        ...{ concurrency: 1, maxQueue: 4 },
      },
    });
    try {
      const options = { viewport: { width: 1200, height: 900 }, reducedMotion: 'reduce' as const };
      await withPage(browser, server.url, options, ({ page, requested }) => use(page, requested));
    } finally {
      await server.close();
    }
  };

  const choose = (page: Page, name: string, buffer: Buffer): Promise<void> =>
    page.getByLabel('Choose photographs').setInputFiles({ name, mimeType: 'image/jpeg', buffer });

  it('draws a frame around each thing, and lists them', async () => {
    await withDetector(petModel(), async (page, requested) => {
      await choose(page, 'wide.jpg', plainJpeg(400, 200, 200));
      const items = result(page, 'wide.jpg', 'in-process').getByRole('listitem');
      await items.first().waitFor();
      assert.deepEqual(
        (await items.allInnerTexts()).map((text) => text.replace(/\s+/g, ' ')),
        ['cat 75%', '<dog> 63%'],
      );
      assert.equal(requested.filter(({ pathname }) => pathname === '/detect').length, 1);
      const boxes = card(page, 'wide.jpg').locator('.box');
      // The best is drawn last, on top.
      assert.deepEqual(await boxes.allInnerTexts(), ['<dog>', 'cat']);
      const [photo, dog, cat] = await Promise.all(
        [card(page, 'wide.jpg').locator('img'), boxes.nth(0), boxes.nth(1)].map((each) =>
          each.boundingBox(),
        ),
      );
      assert.ok(photo && dog && cat);
      const near = (actual: number, expected: number): void => {
        assert.ok(Math.abs(actual - expected) < 1, `${actual} is not ${expected}`);
      };
      near(cat.x, photo.x + photo.width / 2);
      near(cat.y, photo.y + photo.height / 4);
      near(cat.width, photo.width / 2);
      near(cat.height, photo.height / 2);
      near(dog.x, photo.x);
      near(dog.height, photo.height);
      assert.deepEqual(await faintTexts(page), []);
      await screenshot(page, 'detection');
    });
  });

  it('says so where the model sees nothing that it knows', async () => {
    await withDetector(petModel({ scores: [0.1, 0.1, 0.1] }), async (page) => {
      await choose(page, 'wide.jpg', plainJpeg(400, 200, 200));
      await page.getByText('The model recognizes nothing.').waitFor();
      assert.equal(await page.locator('.box').count(), 0);
    });
  });

  it('shows the dogs of a photograph', async function () {
    const photograph = path.join(DATA, 'photos', 'dogs.jpg');
    if (!existsSync(REAL_MODEL) || !existsSync(photograph)) skip(this, `no ${REAL_MODEL}`);
    await withDetector({ file: REAL_MODEL, labels: REAL_LABELS }, async (page) => {
      await choose(page, 'dogs.jpg', readFileSync(photograph));
      const boxes = card(page, 'dogs.jpg').locator('.box');
      await boxes.first().waitFor();
      assert.deepEqual(await boxes.allInnerTexts(), ['dog', 'dog']);
      await screenshot(page, 'detection-dogs');
    });
  });
});
