import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { writableCacheDirectory } from '../support/cache-directory.js';

import { Unavailable } from './contenders/definition.js';

const run = promisify(execFile);

/** Packages installed into a separate folder, in exact versions. */
export interface PeerPackages {
  name: string;
  dependencies: Record<string, string>;
  /** The package among them whose install script is needed because it builds an addon. */
  builds?: string;
}

export interface InstalledPeer {
  folder: string;
  versions: Record<string, string>;
}

/**
 * Installs a peer in the cache, where it stays for the next time. Rejects with {@link Unavailable}
 * if npm cannot.
 */
export async function installPeer(
  { name, dependencies, builds }: PeerPackages,
  progress: (what: string) => void,
): Promise<InstalledPeer> {
  const folder = path.join(writableCacheDirectory('bench-peers'), name);
  const wanted = `${JSON.stringify(
    {
      name: `bench-peer-${name}`,
      private: true,
      dependencies,
      // npm 12 runs only the install scripts listed here.
      ...(builds && { allowScripts: { [builds]: true } }),
    },
    null,
    2,
  )}\n`;
  const manifest = path.join(folder, 'package.json');
  // Written last: if it exists with the same content, the installation was complete.
  const stamp = path.join(folder, 'installed.json');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    progress(`installing ${Object.keys(dependencies).join(', ')}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(manifest, wanted);
    await install(folder, builds === undefined);
    writeFileSync(stamp, wanted);
  }
  return { folder, versions: dependencies };
}

async function install(folder: string, ignoreScripts: boolean): Promise<void> {
  const args = ['install', '--no-audit', '--no-fund', '--omit', 'dev'];
  // onnxruntime-node's script only downloads files for GPUs; the rest is in the package.
  if (ignoreScripts) args.push('--ignore-scripts');
  try {
    await run('npm', args, { cwd: folder, timeout: 10 * 60_000, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr ?? '').trim().split('\n').slice(0, 5).join('\n') || message;
    throw new Unavailable(`npm could not install it: ${said}`);
  }
}
