import { readFileSync } from 'node:fs';
import path from 'node:path';

import { root } from './paths.mjs';

/** Why this machine cannot run the project whatever is installed on it; undefined if it can. */
export function whyUnsupported() {
  if (process.platform !== 'linux') {
    return `This is ${process.platform}; wasmedge-embed is for Linux. Use a container with Debian 13.`;
  }
  const { engines, cpu } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  if (!cpu.includes(process.arch)) {
    return `This processor is ${process.arch}; wasmedge-embed is for ${cpu.join(' and ')}.`;
  }
  // Without this, the report resolves the names of the addresses of all open connections.
  process.report.excludeNetwork = true;
  if (process.report.getReport().header.glibcVersionRuntime === undefined) {
    return 'This system does not have glibc, which LiteRT requires. Use a container with Debian 13.';
  }
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (!(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19))) {
    return `This is Node.js ${process.versions.node}; ${engines.node} is required.`;
  }
  return undefined;
}
