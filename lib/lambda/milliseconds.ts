/** To the microsecond, so that log lines stay short. `begin` is of `performance.now()`. */
export function millisecondsSince(begin: number): number {
  return Math.round((performance.now() - begin) * 1000) / 1000;
}
