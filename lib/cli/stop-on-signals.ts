const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends the process on SIGTERM or SIGINT: with 0 once `close` has finished what is under way, with 1
 * when that takes longer, at once on a second signal (with 128 and the signal's number).
 */
export function stopOnSignals(close: () => Promise<void>, timeoutSeconds: number): void {
  let stopping = false;
  const stop = (signal: keyof typeof EXIT_CODES): void => {
    // Whoever asks twice does not want to wait.
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
