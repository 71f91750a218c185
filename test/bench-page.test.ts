import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';

import { benchResults, contender, html, summarize } from './support/bench.js';
import { startChromium } from './support/chromium.js';
import { folderWith } from './support/model-files.js';

// Text, because TypeScript has no types of a page here.

/**
 * For each chart: whether it has marks, everything is drawn inside it, and no colour is missing.
 */
const DRAWN = `
  [...document.querySelectorAll('svg')].map((svg) => {
    const { width, height } = svg.viewBox.baseVal;
    const box = svg.getBBox();
    const marks = [...svg.querySelectorAll('circle, rect, .line')];
    return (
      marks.length > 0 &&
      box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height &&
      marks.every((mark) => {
        const { fill, stroke } = getComputedStyle(mark);
        return /^rgb/.test(fill) || /^rgb/.test(stroke);
      })
    );
  })`;

/** The contrast of the weakest text with its background, as defined by WCAG 2.2. */
const CONTRAST = `
  (() => {
    const luminance = (colour) => {
      const [r, g, b] = colour
        .match(/\\d+/g)
        .slice(0, 3)
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = (selector) => getComputedStyle(document.querySelector(selector));
    const levels = [style('section').backgroundColor, style('section p').color].map(luminance);
    return (Math.max(...levels) + 0.05) / (Math.min(...levels) + 0.05);
  })()`;

/** Loads the page and returns it with all its complaints and requests. */
async function open(
  browser: Browser,
  file: string,
  colorScheme: 'light' | 'dark',
): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) complaints.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, complaints };
}

describe('The page of the benchmark, in Chromium', function () {
  let browser: Browser | undefined;
  let file: string;

  before(async function () {
    browser = await startChromium(this);
    file = path.join(folderWith({}), 'report.html');
    const page = html(
      summarize(
        benchResults([
          contender('in-process', 4),
          contender('original', 48, {
            group: 'original',
            title: 'wasmedge-embed, worker-process, one part after the other',
          }),
          contender('sharp-onnxruntime', 6, { group: 'peer' }),
          contender('echo-in-process', 0.06, { workload: 'trivial' }),
          contender('inference-xnnpack', 1.9, { workload: 'inference' }),
        ]),
      ),
    );
    writeFileSync(file, page);
  });

  after(async () => {
    await browser?.close();
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`draws every chart, without a complaint, in ${scheme} surroundings`, async () => {
      const { page, complaints } = await open(browser!, file, scheme);
      const drawn = await page.evaluate<boolean[]>(DRAWN);
      assert.equal(drawn.length, 10);
      assert.deepEqual([...new Set(drawn)], [true]);
      assert.deepEqual(complaints, []);
      await page.close();
    });
  }

  it('has text that stands out from its background in both', async () => {
    for (const scheme of ['light', 'dark'] as const) {
      const { page } = await open(browser!, file, scheme);
      const contrast = await page.evaluate<number>(CONTRAST);
      // The level AA.
      assert.ok(contrast >= 4.5, `${scheme} ${contrast}`);
      await page.close();
    }
  });

  it('fits a telephone', async () => {
    const page = await browser!.newPage({ viewport: { width: 390, height: 800 } });
    await page.goto(pathToFileURL(file).href);
    const overflow = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    assert.equal(overflow, 0);
    await page.close();
  });
});
