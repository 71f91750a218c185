import assert from 'node:assert/strict';

import type { Browser, Page } from 'playwright-core';

import { CLASSIFIER } from '../support/classification.js';
import { startChromium } from '../support/chromium.js';
import { startServer } from '../support/internals.js';
import { COLOURS, RED, colour } from '../support/lambda-handler.js';
import { card, faintTexts, result, screenshot, withPage } from '../support/page.js';
import type { OpenPage, TestFile } from '../support/page.js';
import { png } from '../support/png.js';

const OWN = 'in-process';
const OTHER = 'worker-process';
const MAX_BYTES = 1 << 20;
const GREEN_LABEL = 'green & <b>';
const DESKTOP = { viewport: { width: 1200, height: 900 } };
const PHONE = { viewport: { width: 320, height: 640 }, isMobile: true, hasTouch: true };

const jpegFile = (name: string, buffer: Buffer): TestFile => ({
  name,
  mimeType: 'image/jpeg',
  buffer,
});
const red = jpegFile('red.jpg', RED);
const green = jpegFile('green.jpg', colour(10, 250, 20));
const broken = jpegFile('broken.jpg', RED.subarray(0, 60));
const huge = jpegFile('huge.jpg', Buffer.concat([RED, Buffer.alloc(3 * MAX_BYTES)]));
const BLUE_PNG = png('rgb', [[[0, 0, 250]]]);

const choose = (page: Page, ...files: TestFile[]): Promise<void> =>
  page.getByLabel('Choose photographs').setInputFiles(files);
const focused = (page: Page): Promise<string> =>
  page.evaluate(`document.activeElement.getAttribute('aria-label') ??
    document.activeElement.textContent.trim() + document.activeElement.id`);

describe('The page in a browser', function () {
  let browser: Browser;
  let server: Awaited<ReturnType<typeof startServer>>;

  before(async function () {
    // Long enough for the guest to be compiled.
    this.timeout(180_000);
    browser = await startChromium(this);
    server = await startServer({
      host: '127.0.0.1',
      port: 0,
      timeoutMs: 60_000,
      maxBodyBytes: MAX_BYTES,
      handler: {
        module: CLASSIFIER,
        models: { default: COLOURS },
        logger: false,
        concurrency: 1,
        maxQueue: 4,
      },
      compare: [OTHER],
    });
  });

  after(async () => {
    // Undefined if they did not start.
    await (browser as Browser | undefined)?.close();
    await (server as typeof server | undefined)?.close();
  });

  const open = (options: object, use: (opened: OpenPage) => Promise<void>): Promise<void> =>
    withPage(browser, server.url, options, use);

  it('shows the picture, its labels as bars and where the time went', async () => {
    await open({ ...DESKTOP, reducedMotion: 'reduce' }, async ({ page, requested }) => {
      await choose(page, green);
      const shown = result(page, 'green.jpg', OWN);
      const labels = shown.getByRole('listitem');
      await labels.first().waitFor();
      const texts = await labels.allInnerTexts();
      assert.match(texts[0]!, new RegExp(`^${GREEN_LABEL}\\s+\\d+%$`));
      assert.equal(texts.length, 3);
      const widths = await page.evaluate<number[]>(
        `[...document.querySelectorAll('.share')].map((bar) => bar.getBoundingClientRect().width)`,
      );
      assert.deepEqual(
        widths,
        [...widths].sort((a, b) => b - a),
      );
      assert.ok(widths[0]! > 10);
      assert.deepEqual(await shown.getByRole('term').allInnerTexts(), [
        'Decode',
        'Inference',
        'Overhead',
      ]);
      for (const time of await shown.getByRole('definition').allInnerTexts()) {
        assert.match(time, /^\d+(\.\d+)? m?s$/);
      }
      const width = await page.evaluate(`document.querySelector('.frame img').naturalWidth`);
      assert.equal(width, 16);
      const status = await page.getByRole('status').innerText();
      assert.match(status, /^green\.jpg: green & <b>\. in-process, \d/);
      const sent = requested.filter(({ pathname }) => pathname === '/classify');
      assert.equal(sent.length, 1);
    });
  });

  it('takes several at once, the newest first, and removes them', async () => {
    await open(DESKTOP, async ({ page }) => {
      await choose(page, red, green);
      await choose(page, jpegFile('later.jpg', RED));
      await result(page, 'green.jpg', OWN).getByRole('list').waitFor();
      await result(page, 'later.jpg', OWN).getByRole('list').waitFor();
      const names = (): Promise<string[]> =>
        page.getByRole('heading', { level: 2 }).allInnerTexts();
      assert.deepEqual(await names(), ['later.jpg', 'red.jpg', 'green.jpg']);
      await page.getByText('3 photographs').waitFor();
      await page.getByRole('button', { name: 'Remove red.jpg' }).click();
      assert.deepEqual(await names(), ['later.jpg', 'green.jpg']);
      await page.getByRole('button', { name: 'Remove all' }).click();
      assert.deepEqual(await names(), []);
      assert.equal(await page.getByRole('button', { name: 'Remove' }).count(), 0);
    });
  });

  it('shows the same picture through another isolation beside it', async () => {
    await open(DESKTOP, async ({ page, requested }) => {
      await choose(page, red);
      await page.getByLabel(OTHER).check();
      const [own, other] = [result(page, 'red.jpg', OWN), result(page, 'red.jpg', OTHER)];
      await other.getByRole('list').waitFor();
      const labelsOf = (of: typeof own): Promise<string[]> =>
        of.getByRole('listitem').allInnerTexts();
      assert.deepEqual(await labelsOf(other), await labelsOf(own));
      const [left, right] = [await own.boundingBox(), await other.boundingBox()];
      assert.ok(left!.x + left!.width <= right!.x && left!.y === right!.y, 'beside each other');
      await screenshot(page, 'comparison');

      await choose(page, green);
      await result(page, 'green.jpg', OTHER).getByRole('list').waitFor();
      await page.getByLabel(OTHER).uncheck();
      assert.equal(await other.count(), 0);
      assert.equal(await own.getByRole('list').count(), 1);
      const asked = requested
        .filter(({ pathname }) => pathname === '/classify')
        .map(({ searchParams }) => searchParams.get('isolation'));
      assert.deepEqual(asked, [OWN, OTHER, OWN, OTHER]);
    });
  });

  it('says in words what is wrong with a broken, a huge and an empty file, and what is no picture', async () => {
    await open(DESKTOP, async ({ page, requested }) => {
      const text = { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') };
      await choose(page, broken, huge, jpegFile('empty.jpg', Buffer.alloc(0)), text, red);
      await result(page, 'red.jpg', OWN).getByRole('list').waitFor();
      for (const [name, words] of [
        ['broken.jpg', /^The picture cannot be decoded: ./],
        ['huge.jpg', /^The picture is too large: 3\.1 MB\. This server takes up to 1 MB\.$/],
        ['empty.jpg', /^The file is empty\.$/],
        ['notes.jpg', /^Your browser cannot read this picture\./],
      ] as const) {
        assert.match(await card(page, name).locator('.refusal').innerText(), words);
      }
      const sent = requested.filter(({ pathname }) => pathname === '/classify');
      assert.equal(sent.length, 2, 'what the server would refuse anyway is not sent');
      assert.equal(await page.getByRole('button', { name: 'Try again' }).count(), 0);
      await screenshot(page, 'refusals');
      await page.getByLabel(OTHER).check();
      await result(page, 'red.jpg', OTHER).getByRole('list').waitFor();
      assert.equal(await page.getByText('Waiting').count(), 0);
      assert.equal(await card(page, 'huge.jpg').locator('.result').count(), 0);
    });
  });

  it('takes what is pasted and what is dropped, and sends what the guest decodes as it is', async () => {
    await open(DESKTOP, async ({ page }) => {
      const give = (kind: string, name: string): Promise<void> =>
        page.evaluate(`(() => {
          const bytes = Uint8Array.from(atob('${BLUE_PNG.toString('base64')}'), (c) => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], '${name}', { type: 'image/png' }));
          const init = { bubbles: true, cancelable: true };
          document.body.dispatchEvent('${kind}' === 'paste'
            ? new ClipboardEvent('paste', { ...init, clipboardData: transfer })
            : new DragEvent('${kind}', { ...init, dataTransfer: transfer }));
        })()`);
      await give('paste', 'pasted.png');
      await give('dragenter', 'dropped.png');
      assert.equal(await page.locator('body.dropping').count(), 1);
      await give('drop', 'dropped.png');
      assert.equal(await page.locator('body.dropping').count(), 0);
      for (const name of ['pasted.png', 'dropped.png']) {
        const first = result(page, name, OWN).getByRole('listitem').first();
        assert.match(await first.innerText(), /^blue/);
        await card(page, name).getByText(`${BLUE_PNG.length} bytes`, { exact: true }).waitFor();
      }
    });
  });

  it('can be used by keyboard alone', async () => {
    await open(DESKTOP, async ({ page }) => {
      // From the beginning: the browser must be told to leave its dialogue to the test.
      const chooser = page.waitForEvent('filechooser');
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'files');
      const ring = `getComputedStyle(document.querySelector('.picker')).outlineStyle`;
      assert.equal(await page.evaluate(ring), 'solid');
      await page.keyboard.press('Enter');
      await (await chooser).setFiles([red, green]);
      await result(page, 'green.jpg', OWN).getByRole('list').waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Space');
      await result(page, 'green.jpg', OTHER).getByRole('list').waitFor();
      const reached = [];
      for (let step = 0; step < 3; step++) {
        await page.keyboard.press('Tab');
        reached.push(await focused(page));
      }
      assert.deepEqual(reached, ['Remove allclear', 'Remove red.jpg', 'Remove green.jpg']);
      await page.keyboard.press('Enter');
      assert.equal(await focused(page), 'Remove red.jpg');
      await page.keyboard.press('Enter');
      assert.equal(await focused(page), 'files');
    });
  });

  it('offers another attempt where the server is gone, and waits where it is busy', async () => {
    await open(DESKTOP, async ({ page, complaints }) => {
      await page.route('**/classify?*', (route) => route.abort());
      await choose(page, red);
      const again = page.getByRole('button', { name: 'Try again' });
      await again.waitFor();
      await page.getByText('The server does not respond. Is it still running?').first().waitFor();
      await page.unroute('**/classify?*');
      let refusals = 0;
      const headers = { 'retry-after': '1', 'content-type': 'application/problem+json' };
      await page.route('**/classify?*', (route) =>
        refusals++ === 0 ? route.fulfill({ status: 503, headers, body: '{}' }) : route.continue(),
      );
      await again.click();
      await result(page, 'red.jpg', OWN).getByRole('list').waitFor();
      assert.equal(refusals, 2);
      // Chromium's own messages for both.
      assert.match(complaints.splice(0).join('\n'), /ERR_FAILED\n.* status of 503 .*$/);
    });
  });

  it('fits a narrow screen, with targets that a finger meets', async () => {
    await open(PHONE, async ({ page }) => {
      await page.getByLabel(OTHER).check();
      const long = jpegFile(`${'a-name-without-any-space'.repeat(5)}.jpg`, RED);
      await choose(page, red, broken, long);
      await result(page, long.name, OTHER).getByRole('list').waitFor();
      const overflow =
        'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      assert.equal(await page.evaluate(overflow), 0);
      const small = await page.evaluate<string[]>(
        `[...document.querySelectorAll('button, label')]
          .filter((each) => each.getBoundingClientRect().height < 44)
          .map((each) => each.textContent)`,
      );
      assert.deepEqual(small, []);
      await screenshot(page, 'phone');
    });
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    it(`can be read in ${colorScheme} mode`, async () => {
      await open({ ...DESKTOP, colorScheme, reducedMotion: 'reduce' }, async ({ page }) => {
        await page.getByLabel(OTHER).check();
        await choose(page, red, broken);
        await result(page, 'red.jpg', OTHER).getByRole('list').waitFor();
        await result(page, 'broken.jpg', OTHER).locator('.refusal').waitFor();
        const [background] = (
          await page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
        ).match(/\d+/g)!;
        assert.equal(Number(background) < 128, colorScheme === 'dark');
        assert.deepEqual(await faintTexts(page), []);
        await screenshot(page, colorScheme);
      });
    });
  }
});
