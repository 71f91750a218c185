import { describeSource, findSource } from './apt-sources.mjs';

const addedTo = 'bookworm';
const suite = 'trixie';
const sourceFile = '/etc/apt/sources.list.d/wasmedge-embed-trixie.sources';
const pinFile = '/etc/apt/preferences.d/wasmedge-embed-trixie';

/**
 * Files that make Debian 13's packages available on a Debian 12: only Debian 13 has WasmEdge and Rust for WASI. The
 * packages and their security fixes come from the mirror that this machine uses for Debian 12.
 *
 * The release is recognized by apt's sources: /etc/os-release is in a package that the installation upgrades.
 * Debian 13's release file is also signed with Debian 12's key, so an older keyring is sufficient.
 *
 * @param {import('./apt-sources.mjs').Source[]} sources
 * @returns {{ file: string, content: string }[] | undefined} undefined if this is not a Debian 12
 */
export function debian13Files(sources) {
  const main = findSource(sources, [addedTo]);
  if (!main || findSource(sources, [suite])) return undefined;
  const security = findSource(sources, [`${addedTo}-security`]);
  const stanzas = [describeSource(main, suite)];
  if (security) stanzas.push(describeSource(security, `${suite}-security`));
  return [
    {
      file: sourceFile,
      content:
        '# Written by the set-up of wasmedge-embed (npm run quickstart): WasmEdge and Rust for WASI.\n' +
        `# ${pinFile} keeps everything else on Debian 12.\n${stanzas.join('\n')}`,
    },
    {
      file: pinFile,
      content: [
        'Explanation: Written by the set-up of wasmedge-embed (npm run quickstart). Below 500, so that only',
        'Explanation: what was installed from Debian 13 is upgraded from there.',
        'Package: *',
        `Pin: release n=${suite}*`,
        'Pin-Priority: 100',
        '',
      ].join('\n'),
    },
  ];
}
