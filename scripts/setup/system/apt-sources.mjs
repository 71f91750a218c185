import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

/**
 * Where a package source is described: one-line or deb822 style, see sources.list(5).
 *
 * @typedef {object} Source
 * @property {string[]} uris
 * @property {string[]} suites
 * @property {string[]} components
 * @property {Record<string, string>} options further fields by their deb822 names, such as Signed-By
 */

/**
 * Names that one-line entries use for deb822 fields, if they differ by more than capitalization.
 */
const oneLineOptions = { arch: 'Architectures', lang: 'Languages', target: 'Targets' };

/** The active binary package sources of this machine, in apt's order. */
export function readSources() {
  const parts = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...namesIn(parts).map((name) => path.join(parts, name))];
  return files.flatMap((file) => {
    if (file.endsWith('.sources')) return parseDeb822(contentOf(file));
    return file.endsWith('.list') ? parseOneLine(contentOf(file)) : [];
  });
}

/** @returns {Source[]} */
export function parseOneLine(text) {
  return text.split('\n').flatMap((line) => {
    const match = line
      .replace(/#.*/, '')
      .trim()
      .match(/^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/);
    if (!match) return [];
    const [, options = '', uri, suite, components] = match;
    return [
      {
        uris: [uri],
        suites: [suite],
        components: wordsOf(components),
        options: Object.fromEntries(
          wordsOf(options).map((option) => {
            const [name, value = ''] = option.split(/=(.*)/);
            return [deb822Name(name), value.replaceAll(',', ' ')];
          }),
        ),
      },
    ];
  });
}

/** @returns {Source[]} */
export function parseDeb822(text) {
  return stanzasOf(text).flatMap((stanza) => {
    const {
      Types = '',
      URIs = '',
      Suites = '',
      Components = '',
      Enabled = 'yes',
      ...options
    } = stanza;
    if (!wordsOf(Types).includes('deb') || /^(no|false|0|off|without|disable)$/i.test(Enabled))
      return [];
    return [
      { uris: wordsOf(URIs), suites: wordsOf(Suites), components: wordsOf(Components), options },
    ];
  });
}

/**
 * A deb822 file for another suite from the same place as a source.
 *
 * @param {Source} source
 * @param {string} suite
 */
export function describeSource(source, suite) {
  const fields = {
    Types: 'deb',
    URIs: source.uris[0],
    Suites: suite,
    Components: 'main',
    ...source.options,
  };
  return Object.entries(fields)
    .map(([name, value]) => `${name}:${value.startsWith('\n') ? '' : ' '}${value}\n`)
    .join('');
}

/** The first source that has one of `suites` itself, not only its updates or its security fixes. */
export function findSource(sources, suites) {
  return sources.find(
    (source) =>
      source.uris.length > 0 &&
      !source.uris[0].startsWith('cdrom:') &&
      source.components.includes('main') &&
      source.suites.some((suite) => suites.includes(suite)),
  );
}

/** Names under which Debian's mirrors offer a release that a current machine may use. */
const debianSuites = ['trixie', 'stable', 'bookworm', 'forky', 'testing', 'sid', 'unstable'];

/**
 * The source from which this machine gets Debian, whichever release: the mirror has the other releases too.
 *
 * @param {Source[]} sources
 * @param {string} [suffix] of the suites' names, such as "-security"
 */
export function findDebianSource(sources, suffix = '') {
  return findSource(
    sources,
    debianSuites.map((suite) => `${suite}${suffix}`),
  );
}

function stanzasOf(text) {
  const stanzas = [{}];
  let field;
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') {
      stanzas.push({});
      field = undefined;
    } else if (/^\s/.test(line)) {
      // A continued value, such as a complete key after Signed-By: kept unchanged.
      if (field) stanzas.at(-1)[field] += `\n${line}`;
    } else {
      const [name, value = ''] = line.split(/:(.*)/s);
      field = deb822Field(name);
      stanzas.at(-1)[field] = value.trim();
    }
  }
  return stanzas;
}

/** Field names are case-insensitive; ours are spelled as in the manual. */
function deb822Field(name) {
  return name.toLowerCase() === 'uris' ? 'URIs' : deb822Name(name);
}

function deb822Name(name) {
  const lower = name.toLowerCase();
  return oneLineOptions[lower] ?? lower.replace(/(^|-)([a-z])/g, (letter) => letter.toUpperCase());
}

function wordsOf(text) {
  return text.split(/\s+/).filter((word) => word !== '');
}

function namesIn(folder) {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}
