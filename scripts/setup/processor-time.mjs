import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** The processor time of this process in seconds, including the processes that it waited for. */
export function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + secondsOfChildren();
}

/**
 * The processor time of the processes that this one waited for, including those that they waited
 * for.
 */
export function secondsOfChildren() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
