import { readFileSync } from 'node:fs';

/** The processors that LiteRT and WasmEdge are built for, as in `process.arch`. */
const ARCHITECTURES: readonly string[] = ['x64', 'arm64'];

/** Why nothing that could be built or installed makes the addon work here; undefined where it can. */
export function whyUnsupported(): string | undefined {
  const { platform, arch } = process;
  if (platform !== 'linux' || !ARCHITECTURES.includes(arch)) {
    return `wasmedge-embed supports Linux on ${ARCHITECTURES.join(' and ')}; this is ${platform} on ${arch}.`;
  }
  return glibcVersion() !== undefined
    ? undefined
    : 'wasmedge-embed requires glibc, which LiteRT is built for; this system has another C library.';
}

/** What the types of Node.js 20 lack; and the report is their plain object. */
interface Report {
  /** Whether to leave the connections out, whose addresses' names are looked up otherwise. */
  excludeNetwork?: boolean;
  getReport(): { header: { glibcVersionRuntime?: string } };
}

/** The version of the C library that this process runs with, such as "2.41"; undefined where it is another. */
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
 * The instruction sets of this processor, sorted: the kernel's list, the same on every core. Empty
 * where the kernel does not tell.
 */
export function processorFeatures(): string[] {
  try {
    const found = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'));
    return found?.[1] === undefined ? [] : found[1].trim().split(/\s+/).sort();
  } catch {
    return [];
  }
}
