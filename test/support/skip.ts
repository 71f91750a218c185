/**
 * Skips a test, or where a hook calls it all of its suite. The reason stands in the report of
 * `npm test` (test/runner/mocha-reporter.mjs).
 */
export function skip(context: Mocha.Context, skipReason: string): never {
  const runnable: { type?: string; parent?: object | undefined } = context.runnable();
  const skipped = runnable.type === 'hook' ? runnable.parent : runnable;
  Object.assign(skipped ?? {}, { skipReason });
  return context.skip();
}
