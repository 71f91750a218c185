/**
 * Skips a test or, if a hook calls it, its whole suite. The report of `npm test` shows the reason
 * (test/runner/mocha-reporter.mjs).
 */
export function skip(context: Mocha.Context, skipReason: string): never {
  const runnable: { type?: string; parent?: object | undefined } = context.runnable();
  const skipped = runnable.type === 'hook' ? runnable.parent : runnable;
  Object.assign(skipped ?? {}, { skipReason });
  return context.skip();
}
