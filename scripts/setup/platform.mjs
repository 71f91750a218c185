import { readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from './paths.mjs';

/**
 * Why this machine cannot run the project whatever is installed on it; undefined where it can.
 */
export function whyUnsupported() {
  if (process.platform !== 'linux') {
    return `This is ${process.platform}; wasmedge-embed is for Linux. A container of Debian 13 serves.`;
  }
  const { engines, cpu } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  if (!cpu.includes(process.arch)) {
    return `This processor is ${process.arch}; wasmedge-embed is for ${cpu.join(' and ')}.`;
  }
  // Without this, the report looks up the names of all open connections' addresses.
  process.report.excludeNetwork = true;
  if (process.report.getReport().header.glibcVersionRuntime === undefined) {
    return 'This system has no glibc, for which LiteRT is built. A container of Debian 13 serves.';
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (!(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
    return `This is Node.js ${process.versions.node}; needed is ${engines.node}.`;
  }
  return undefined;
}
