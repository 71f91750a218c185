import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { writableCacheDirectory } from '../support/cache-directory.js';

import { Unavailable } from './contenders/definition.js';

const run = promisify(execFile);

/** Packages that are installed into a folder of their own, in exact versions. */
export interface PeerPackages {
  name: string;
  dependencies: Record<string, string>;
  /** The package among them whose install script is needed, since it builds an addon. */
  builds?: string;
}

export interface InstalledPeer {
  folder: string;
  versions: Record<string, string>;
}

/**
 * Installs a peer below the cache, where it stays for the next time. Rejects with
 * {@link Unavailable} where npm cannot.
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
      // npm 12 runs the install scripts that are named here and no others.
      ...(builds && { allowScripts: { [builds]: true } }),
    },
    null,
    2,
  )}\n`;
  const manifest = path.join(folder, 'package.json');
  // Written last: what is there and says the same was installed to its end.
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
  // onnxruntime-node's script fetches what only graphics processors need; the rest is in the package.
  if (ignoreScripts) args.push('--ignore-scripts');
  try {
    await run('npm', args, { cwd: folder, timeout: 10 * 60_000, maxBuffer: 16 << 20 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const said = (stderr ?? '').trim().split('\n').slice(0, 5).join('\n') || message;
    throw new Unavailable(`npm could not install it: ${said}`);
  }
}
