import { compileModule } from 'wasmedge-embed';

import { rustGuest } from './paths.js';
import { temporaryPath } from './wat.js';

let compiled: Promise<string> | undefined;

/**
 * The guest `model-input`, compiled without optimization: all formats of pictures are a lot of code,
 * of which little is run. Optimizing it takes ten times as long.
 */
export function modelInputGuest(): Promise<string> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<string> {
  const output = temporaryPath('model-input.so');
  await compileModule(rustGuest('model-input'), output, { optimize: 0 });
  return output;
}
