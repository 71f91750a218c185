import { readFileSync } from 'node:fs';

/** The processors for which LiteRT and WasmEdge are built, as in `process.arch`. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

/** Why the addon cannot work here, whatever is built or installed; undefined if it can. */
export function whyUnsupported(): string | undefined {
  const { platform, arch } = process;
  if (platform !== 'linux' || !ARCHITECTURES.includes(arch)) {
    return `wasmedge-embed supports Linux on ${ARCHITECTURES.join(' and ')}; this is ${platform} on ${arch}.`;
  }
  return glibcVersion() !== undefined
    ? undefined
    : 'wasmedge-embed requires glibc, which LiteRT is built for; this system has another C library.';
}

/** What the types of Node.js 20 lack; they declare the report as a plain object. */
interface Report {
  /** Whether to omit the connections, whose addresses are otherwise resolved to names. */
  excludeNetwork?: boolean;
  getReport(): { header: { glibcVersionRuntime?: string } };
}

/** The version of the C library of this process, such as "2.41"; undefined if it is not glibc. */
export function glibcVersion(): string | undefined {
  const report = process.report as unknown as Report;
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  try {
    return report.getReport().header.glibcVersionRuntime;
  } finally {
    report.excludeNetwork = before ?? false;
  }
}

/**
 * The instruction sets of this processor, sorted: the kernel's list, which is the same for every
 * core. Empty if the kernel does not provide it.
 */
export function processorFeatures(): string[] {
  try {
    const found = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return found?.[1] === undefined ? [] : found[1].trim().split(/\s+/).sort();
  } catch {
    return [];
  }
}
