/**
 * Puts things into groups of at most so many. Neighbours, which are of a kind and take a similar time, come into
 * different ones.
 *
 * @template Thing
 * @param {Thing[]} things
 * @param {number} most of a group
 * @returns {Thing[][]}
 */
export function groupsOf(things, most) {
  const count = Math.ceil(things.length / most);
  return Array.from({ length: count }, (_, first) =>
    things.filter((_each, index) => index % count === first),
  );
}
