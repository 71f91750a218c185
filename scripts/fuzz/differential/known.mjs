/**
 * Differences that are known, and why they are left.
 *
 * @type {{ title: string, reason: string, matches: (difference: import('./compare.mjs').Difference, facts: { wasmedge: string }) => boolean }[]}
 */
export const known = [
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
