/**
 * Divides things into groups of at most `most`. Neighbours, which are often similar and take similar time, get into
 * different groups.
 *
 * @template Thing
 * @param {Thing[]} things
 * @param {number} most the largest size of a group
 * @returns {Thing[][]}
 */
export function groupsOf(things, most) {
  const count = Math.ceil(things.length / most);
  return Array.from({ length: count }, (_, first) =>
    things.filter((_each, index) => index % count === first),
  );
}
