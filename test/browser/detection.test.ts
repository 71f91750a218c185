import assert from 'node:assert/strict';

import type { Browser, Page } from 'playwright-core';

import { startChromium } from '../support/chromium.js';
import { DETECTOR, petModel } from '../support/detection.js';
import { startServer } from '../support/internals.js';
import { plainJpeg } from '../support/jpeg.js';
import { card, faintTexts, result, screenshot, withPage } from '../support/page.js';

type Model = ReturnType<typeof petModel>;

describe('The page in a browser, with a detector', function () {
  let browser: Browser;

  before(async function () {
    // Where the guest was not compiled yet.
    this.timeout(180_000);
    browser = await startChromium(this);
  });

  // Undefined where it did not start.
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
      await page.getByText('The model sees nothing it knows.').waitFor();
      assert.equal(await page.locator('.box').count(), 0);
    });
  });
});
