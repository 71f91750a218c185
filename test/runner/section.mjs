/**
 * Replaces the part of a page between two marks, which a command generates.
 *
 * @param {string} text of the page
 * @param {string} section
 * @param {{ page: string, begin: string, end: string }} marks with the page's name for the error
 */
export function fillSection(text, section, { page, begin, end }) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no "${begin}" before a "${end}".`);
  return `${text.slice(0, from)}${begin}\n\n${section}\n\n${text.slice(to)}`;
}
