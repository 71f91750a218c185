import path from 'node:path';

import ts from 'typescript';

import type { Page } from './documentation.js';
import { ROOT } from './paths.js';

/** A block of code in a page. */
export interface CodeBlock {
  page: string;
  /** The line of the page before its first, from 1. */
  line: number;
  text: string;
}

/** What blocks use without declaring it, because the sentences around them say what it is. */
const CONTEXT = `
  import type * as api from 'wasmedge-embed';
  import type * as lambda from 'wasmedge-embed/lambda';
  declare global {
    const loadModule: typeof api.loadModule<Record<string, (...args: any[]) => any>>;
    const createHandler: typeof lambda.createHandler;
    const handler: ReturnType<typeof lambda.createHandler>;
    const picture: Buffer;
    const jpeg: Buffer;
    const store: Map<string, string>;
    const log: ((chunk: Buffer) => void) & { write(chunk: Buffer): void };
    const url: string;
    const queue: string;
  }`;

/** Its blocks of JavaScript and TypeScript. */
export function codeBlocks(page: Page): CodeBlock[] {
  return blocksOf(page, 'js|ts');
}

/** Its blocks of code in these languages, separated by `|`; those that are indented, as in lists, included. */
export function blocksOf({ name, text }: Page, languages: string): CodeBlock[] {
  const fences = new RegExp(`^( *)\`\`\`(?:${languages})\\n([\\s\\S]*?)^\\1\`\`\`$`, 'gm');
  return [...text.matchAll(fences)].map((found) => ({
    page: name,
    line: text.slice(0, found.index).split('\n').length,
    text: found[2] ?? '',
  }));
}

/** What TypeScript has to say against them, with the package's own types: `PAGE:LINE: MESSAGE`. */
export function complaints(blocks: readonly CodeBlock[]): string[] {
  const folder = path.join(ROOT, 'build', 'documentation');
  const byFile = new Map(
    blocks.map((block, index) => [path.join(folder, `${index}.mts`), block] as const),
  );
  const sources = new Map([...byFile].map(([file, { text }]) => [file, asModule(text)]));
  sources.set(path.join(folder, 'context.mts'), CONTEXT);

  const options: ts.CompilerOptions = {
    noEmit: true,
    // Errors that are caught, and messages of channels, are used as JavaScript uses them.
    strict: false,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    typeRoots: [path.join(ROOT, 'node_modules/@types')],
  };
  const host = ts.createCompilerHost(options);
  const fileExists = host.fileExists.bind(host);
  const readFile = host.readFile.bind(host);
  host.fileExists = (file) => sources.has(file) || fileExists(file);
  host.readFile = (file) => sources.get(file) ?? readFile(file);
  const program = ts.createProgram([...sources.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n');
    const block = file && byFile.get(file.fileName);
    if (!block) return `${file?.fileName ?? ''}: ${message}`;
    const { line } = file.getLineAndCharacterOfPosition(start);
    return `${block.page}:${block.line + line + 1}: ${message}`;
  });
}

/** With the same lines. TypeScript gives what is required the type `any`. */
function asModule(text: string): string {
  const imports = text.replace(
    /\bconst (\{[^}]*\}) = require\(('[^']*')\);/g,
    (_whole, names: string, from: string) => `import ${names} from ${from};`,
  );
  const declared = /\bconst module\b/.test(text)
    ? ''
    : "declare const module: import('wasmedge-embed').LoadedModule; ";
  return `export {}; ${declared}${imports}`;
}
