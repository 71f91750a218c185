const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** What ends a run, or a compilation, from outside. */
export interface StopSignals {
  /** Aborted by the first signal that comes. */
  readonly signal: AbortSignal;
  /** What this process ends with for it; undefined where none has come. */
  readonly exitCode: number | undefined;
  /** From here on signals do what they do by themselves. */
  forget(): void;
}

/** Has SIGINT and SIGTERM end what is under way; a second one ends the process at once. */
export function stopSignals(): StopSignals {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (signal: keyof typeof EXIT_CODES): void => {
    // Whoever asks twice does not want to wait.
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
