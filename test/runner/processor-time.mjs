import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Seconds that this process has taken of processors, with those of the processes that it waited for. */
export function processorSeconds() {
  const { user, system } = process.cpuUsage();
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1).split(' ');
  const ofChildren = (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  return (user + system) / 1e6 + ofChildren;
}
