/**
 * Puts text between two marks of a page that a command writes in part.
 *
 * @param {string} text the page's
 * @param {string} section
 * @param {{ page: string, begin: string, end: string }} marks the page by its name, for the error
 */
export function fillSection(text, section, { page, begin, end }) {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${page} has no "${begin}" before a "${end}".`);
  return `${text.slice(0, from)}${begin}\n\n${section}\n\n${text.slice(to)}`;
}
