import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './paths.js';

/** A page of Markdown in the repository. */
export interface Page {
  /** Its path from the root. */
  name: string;
  text: string;
}

/** Every page that git keeps. The list of packages' own licences and the like are none of ours. */
export function pages(): Page[] {
  const listed = execFileSync('git', ['ls-files', '--', '*.md'], { cwd: ROOT, encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((name) => name !== '' && existsSync(path.join(ROOT, name)))
    .map((name) => ({ name, text: readText(name) }));
}

export function readText(name: string): string {
  return readFileSync(path.join(ROOT, name), 'utf8');
}

/** Words as `wc -w` counts them: what stands between white space. */
export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => word !== '').length;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchors(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[`*]/g, '')
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replace(/ /g, '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
}

/** Links and images of a page that lead nowhere: to a file that is missing, or to a heading that its page lacks. */
export function brokenLinks({ name, text }: Page): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target) && !isThere({ name, text }, target));
}

function isThere(page: Page, target: string): boolean {
  const [file = '', anchor = ''] = decodeURIComponent(target).split('#');
  if (file === '') return anchors(page.text).includes(anchor);
  const found = path.join(path.dirname(page.name), file);
  if (!existsSync(path.join(ROOT, found))) return false;
  return anchor === '' || !found.endsWith('.md') || anchors(readText(found)).includes(anchor);
}

/** Blocks of code, and code within a line, are no text: what looks like a link or a heading there is none. */
function withoutCode(text: string): string {
  return text
    .replace(/^ *(```+)[^\n]*\n[\s\S]*?^ *\1 *$/gm, '')
    .replace(/(?<!`)`[^`\n]+`(?!`)/g, (code) =>
      // Kept in headings, whose anchors have them.
      code.includes('](') ? '' : code,
    );
}

/** The names of `npm run NAME` in a text. */
export function npmScripts(text: string): string[] {
  return unique([...text.matchAll(/\bnpm (?:run )(?:--silent )?([a-z][\w:-]*)/g)]);
}

/** A call of our command: the subcommand, and the long options after it. */
export interface CommandCall {
  command: string;
  options: string[];
}

/** The calls of `wasmedge-embed` in blocks of code and in code within a line. */
export function commandCalls(text: string): CommandCall[] {
  const lines = text.replace(/\\\n\s*/g, ' ').split('\n');
  return lines.flatMap((line) =>
    [...line.matchAll(/(?:npx |\$ |`)wasmedge-embed (?!-)([^`|#<>&;]*)/g)].flatMap(
      ([, rest = '']) => {
        const [first = '', second = ''] = rest.trim().split(/\s+/);
        if (!/^[a-z]+$/.test(first)) return [];
        const command = NESTED.includes(`${first} ${second}`) ? `${first} ${second}` : first;
        // What follows the module of `run` is the guest's.
        const own = first === 'run' ? (/^run(.*?)\s\S+\.wasm\b/.exec(rest)?.[1] ?? rest) : rest;
        const options = [...own.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
        return [{ command, options }];
      },
    ),
  );
}

const NESTED = ['bench compare', 'bench report', 'model fetch', 'model describe'];

/** What begins with these letters and is all capitals, digits and underscores. */
export function constants(text: string, beginning: string): string[] {
  return unique([...text.matchAll(new RegExp(`\\b(${beginning}[A-Z0-9_]*[A-Z0-9])\\b`, 'g'))]);
}

function unique(found: RegExpExecArray[]): string[] {
  return [...new Set(found.map((each) => each[1] ?? ''))];
}

/** The rows of the tables of a page, cell by cell. */
export function tableRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
