const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** Ends a run, or a compilation, on a signal. */
export interface StopSignals {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** This process's exit code after a signal; undefined if there was none. */
  readonly exitCode: number | undefined;
  /** Restores the default behaviour of the signals. */
  forget(): void;
}

/** Makes SIGINT and SIGTERM end the work in progress; a second one ends the process immediately. */
export function stopSignals(): StopSignals {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (signal: keyof typeof EXIT_CODES): void => {
    // A second signal means that nobody wants to wait.
    if (exitCode !== undefined) process.exit(EXIT_CODES[signal]);
    exitCode = EXIT_CODES[signal];
    controller.abort(new Error(signal));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    forget: () => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}
