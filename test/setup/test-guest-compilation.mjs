import path from 'node:path';

import { compilation, guestCompilations } from '../../scripts/setup/guest-compilation.mjs';
import { detectingGuestFile, guest, root } from '../../scripts/setup/paths.mjs';
import { run } from '../../scripts/setup/processes.mjs';

/** The cache of modules for tests; see test/support/cache.ts. */
export const testCache = process.env.WASMEDGE_EMBED_CACHE ?? path.join(root, 'build/test-cache');

const compiled = (name) => path.join(root, `build/test-guests/${name}.so`);

/**
 * The guests that many tests load, besides those of the set-up: otherwise several processes would compile them at the
 * same time.
 */
const testGuestCompilations = [
  // With the decoders of all pictures, whose optimized code the tests compare with Pillow.
  [guest('model-input'), compiled('model-input')],
  [detectingGuestFile, compiled('object-detection')],
  // Those that tests in several files load.
  ...['std-tour', 'wasi-nn', 'infer', 'failing'].map((name) => [guest(name), compiled(name)]),
];

/** Those that a test loads in another form, without optimization, which takes many times as long. */
const otherCompilations = [
  ['image-classification', 'metered', '--meter'],
  ['image-classification', 'generic', '--generic'],
  ['std-tour', 'metered', '--meter'],
  ['failing', 'metered', '--meter'],
].map(([name, form, option]) => [
  ...[guest(name), compiled(`${name}-${form}`), option, '--optimize', '0'],
]);

export const testGuestCompilation = compilation({
  name: 'test-guest-compilation',
  title: 'Guests of the tests, ahead of time',
  guests: [...testGuestCompilations, ...otherCompilations],
  folder: 'guests-tests',
  modules: testCache,
});

/** Puts the guests that the set-up has compiled where tests look for them. */
export async function fillTestCache() {
  const keeper = path.join(root, 'scripts/setup/keep-compiled.mjs');
  const guests = [...guestCompilations, ...testGuestCompilations].flat();
  // The tests report failures.
  await run(process.execPath, [keeper, ...guests], {
    ...{ cwd: root, env: { WASMEDGE_EMBED_CACHE: testCache } },
  });
}
