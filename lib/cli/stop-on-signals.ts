const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends the process on SIGTERM or SIGINT: with 0 once `close` has finished the work in progress,
 * with 1 if that takes longer than the timeout, immediately on a second signal (with 128 plus the
 * signal's number).
 */
export function stopOnSignals(close: () => Promise<void>, timeoutSeconds: number): void {
  let stopping = false;
  const stop = (signal: keyof typeof EXIT_CODES): void => {
    // A second signal means that nobody wants to wait.
    if (stopping) process.exit(EXIT_CODES[signal]);
    stopping = true;
    process.stderr.write(`${signal}: finishing the work in progress …\n`);
    setTimeout(() => {
      process.stderr.write(`Not finished after ${timeoutSeconds} s: giving up.\n`);
      process.exit(1);
    }, timeoutSeconds * 1000).unref();
    void close().then(() => {
      process.exit(0);
    });
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}
