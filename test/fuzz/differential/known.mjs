/**
 * Known differences, and why they are accepted.
 *
 * @type {{ title: string, reason: string, matches: (difference: import('./compare.mjs').Difference, facts: { wasmedge: string }) => boolean }[]}
 */
export const known = [
  {
    title: 'an import that the host does not offer',
    reason: 'V8 takes the module and asks for its imports later.',
    matches: ({ of, details }) => of === 'verdict' && /^V8 takes it; .*: ERR_LINK:/.test(details),
  },
  {
    title: 'a module beyond the limits of this package',
    reason:
      'SECURITY.md names them; V8 has others, and memories and tables are refused there later.',
    matches: ({ of, details }) =>
      of === 'verdict' && /^V8 takes it; .*: ERR_(MEMORY_)?LIMIT:/.test(details),
  },
  {
    title: 'a module with a custom section that WasmEdge keeps compiled code in',
    reason:
      'Native code that comes with a module is checked for its form and refused; to others the section is nothing.',
    matches: ({ of, details }) =>
      of === 'verdict' &&
      /ERR_MODULE_INVALID: .*compiled (for|form|section|code|already)/.test(details),
  },
];

/** The known difference that this is, if any. */
export function knownAs(difference, facts) {
  return known.find(({ matches }) => matches(difference, facts));
}
