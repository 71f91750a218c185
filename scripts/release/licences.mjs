/** Licences of code that may be part of an Apache-2.0 package: they only require their notice. */
const shippable = [
  '0BSD',
  'Apache-2.0',
  'Apache-2.0 WITH LLVM-exception',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'IJG',
  'ISC',
  'MIT',
  'Unicode-3.0',
  'Unicode-DFS-2016',
  'Unlicense',
  'Zlib',
];
/** What is only used for development may also have these. */
const usable = [...shippable, 'CC-BY-3.0', 'CC-BY-4.0', 'PSF-2.0', 'Python-2.0'];

/**
 * A dependency as its package manager describes it.
 *
 * @typedef {{ name: string, licence?: string, isShipped: boolean }} Dependency
 */

/**
 * The dependencies in a package-lock.json.
 *
 * @param {{ packages: Record<string, { license?: string, dev?: boolean, devOptional?: boolean }> }} lock
 * @returns {Dependency[]}
 */
export function npmDependenciesIn({ packages }) {
  return Object.entries(packages)
    .filter(([place]) => place !== '')
    .map(([place, { license, dev, devOptional }]) => {
      const name = place.replace(/^.*node_modules\//, '');
      return { name, licence: license, isShipped: !dev && !devOptional };
    });
}

/**
 * The crates in what `cargo metadata` prints: they are part of the guests.
 *
 * @param {{ packages: { name: string, license?: string, source: string | null }[] }} metadata
 * @returns {Dependency[]}
 */
export function cratesIn({ packages }) {
  return packages
    .filter(({ source }) => source !== null)
    .map(({ name, license }) => ({ name, licence: license ?? undefined, isShipped: true }));
}

/**
 * Dependencies that the package must not have, each as "name (licence)".
 *
 * @param {Dependency[]} dependencies
 */
export function incompatible(dependencies) {
  return dependencies
    .filter(({ licence, isShipped }) => !isAllowed(licence ?? '', isShipped ? shippable : usable))
    .map(({ name, licence }) => `${name} (${licence ?? 'no licence given'})`);
}

/**
 * Whether an SPDX expression is allowed: AND has precedence over OR; old crates write '/' for OR.
 */
function isAllowed(expression, allowed) {
  const alternatives = splitOutside(expression.replaceAll('/', ' OR '), ' OR ');
  return alternatives.some((alternative) =>
    splitOutside(alternative, ' AND ').every((term) => {
      const inner = term.match(/^\((.*)\)$/)?.[1];
      return inner === undefined ? allowed.includes(term) : isAllowed(inner, allowed);
    }),
  );
}

/** Splits only outside parentheses. */
function splitOutside(text, separator) {
  const parts = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(begin, at).trim());
      begin = at + separator.length;
    }
  }
  return [...parts, text.slice(begin).trim()];
}
