import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

import { ROOT } from './paths.js';

/** A JPEG or something else to select. */
export interface TestFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export interface OpenPage {
  page: Page;
  /** The browser's complaints, except about rejected requests (with their status). */
  complaints: string[];
  /** Everything that was requested over the network. */
  requested: URL[];
}

/** Chromium's own message about an answer of the server, which the page shows in words. */
const REFUSED_REQUEST = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** Opens the page, passes it to `use`, and checks that nothing went wrong. */
export async function withPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions,
  use: (open: OpenPage) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    const requested: URL[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      const isComplaint = message.type() === 'error' || message.type() === 'warning';
      if (isComplaint && !REFUSED_REQUEST.test(message.text())) complaints.push(message.text());
    });
    page.on('request', (request) => requested.push(new URL(request.url())));
    await page.goto(url);
    await use({ page, complaints, requested });
    assert.deepEqual(complaints, []);
    const elsewhere = requested.filter(({ protocol, origin }) => {
      return protocol !== 'blob:' && origin !== url;
    });
    assert.deepEqual(elsewhere, []);
  } finally {
    await context.close();
  }
}

/** The card of the file with this name. */
export function card(page: Page, name: string): Locator {
  return page.getByRole('article', { name, exact: true });
}

/** The result of an isolation for it. */
export function result(page: Page, name: string, isolation: string): Locator {
  return card(page, name).locator(`[data-isolation=${isolation}]`);
}

/** For inspection: a picture of the whole page, in build/screenshots. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = path.join(ROOT, 'build', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({
    path: path.join(folder, `${name}.png`),
    fullPage: true,
    animations: 'disabled',
  });
}

/**
 * The texts whose colours are too close to their background (WCAG 2.2, 1.4.3: contrast of at least
 * 4.5 : 1).
 */
export function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => {
      const [r, g, b] = channels(colour).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
      for (let each = element; each; each = each.parentElement) {
        const colour = getComputedStyle(each).backgroundColor;
        if (channels(colour)[3] !== 0) return colour;
      }
      throw new Error('nothing is behind it');
    };
    const faint = [];
    for (const element of document.body.querySelectorAll('*')) {
      const ownText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
      if (!ownText || !element.checkVisibility()) continue;
      const pair = [getComputedStyle(element).color, behind(element)].map(luminance);
      const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
      if (contrast < 4.5) faint.push(element.textContent.trim() + ': ' + contrast.toFixed(2));
    }
    return faint;
  })()`);
}
