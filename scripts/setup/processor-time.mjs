import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Seconds of processors that this process has taken, with those of the processes that it waited for. */
export function processorSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 + secondsOfChildren();
}

/** Those of the processes that this one waited for, with all that they waited for in turn. */
export function secondsOfChildren() {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
