import { accessSync, constants } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

import { skip } from './skip.js';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/**
 * For tests in a browser: starts it, or skips them if there is none, or fails them if
 * WASMEDGE_EMBED_CHROMIUM_REQUIRED is set. Nothing is downloaded. Call it in a hook.
 */
export async function startChromium(context: Mocha.Context): Promise<Browser> {
  const executablePath = findProgram();
  if (executablePath !== undefined) {
    // Its sandbox needs rights that containers do not grant; it only loads our page. A sanitizer's
    // runtime, which may be preloaded in this process, does not work with it.
    const env = { ...process.env, LD_PRELOAD: '' };
    return chromium.launch({ executablePath, env, args: ['--no-sandbox'] });
  }
  if (process.env['WASMEDGE_EMBED_CHROMIUM_REQUIRED']) {
    throw new Error(`There is no ${PROGRAMS.join(', ')} in PATH: apt-get install chromium.`);
  }
  return skip(context, "no Chromium (Debian's package chromium)");
}

function findProgram(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return folders
    .flatMap((folder) => PROGRAMS.map((name) => path.join(folder, name)))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
