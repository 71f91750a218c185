import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Contains, as functions, everything that the files of `STARTS` load immediately. */
const SHARED = 'shared.js';
/** The main entry point, what it loads for a plain module, and the program of worker processes. */
const STARTS = ['index.js', 'compile/aot-cache.js', 'module/worker-process-child.js'];

const HEAD = `"use strict";
// Generated from the files next to it, which re-export what is defined here: one file is found and read in less time than seventy.
const $loaded = Object.create(null);
module.exports = Object.assign($load, { loaded: $loaded });
function $load(name) {
    let module = $loaded[name];
    if (module === undefined) {
        module = $loaded[name] = { exports: {} };
        try {
            $modules[name](module, module.exports);
        }
        catch (error) {
            delete $loaded[name];
            throw error;
        }
    }
    return module.exports;
}
`;

/**
 * Combines everything that a start loads immediately in one file, so that a process starts faster: Node.js would look
 * up, read and compile each file separately. The original files remain for code that loads them by name, but re-export
 * the definitions of that one file, so that each class exists once, whichever entry point it is loaded from.
 *
 * Files that refer to their own location remain unchanged, because file tracers expect these references there.
 *
 * @param {string} dist the folder, just written by the TypeScript compiler
 * @returns {Promise<number>} the number of combined files
 */
export async function shareStart(dist) {
  // Imported here, because this file is loaded before `npm ci` has run.
  const { default: typescript } = await import('typescript');
  const { createSourceFile, ScriptKind, ScriptTarget } = typescript;
  const sources = new Map();
  const staying = new Set();

  const add = (file) => {
    if (sources.has(file) || staying.has(file)) return;
    const text = readFileSync(file, 'utf8');
    const source = createSourceFile(file, text, ScriptTarget.ES2022, true, ScriptKind.JS);
    if (/__filename|__dirname|require\.resolve/.test(text)) staying.add(file);
    else sources.set(file, source);
    for (const name of loadedAtOnce(typescript, source))
      add(path.resolve(path.dirname(file), name));
  };
  for (const name of STARTS) add(path.join(dist, name));

  const printer = typescript.createPrinter({ removeComments: true });
  const nameOf = (file) => path.relative(dist, file).split(path.sep).join('/');
  const withPaths = (text, file, from) =>
    text.replace(/\brequire\(["'](\.[^"']*)["']\)/g, (_, name) => {
      const target = path.resolve(path.dirname(file), name);
      const shared = nameBetween(from, path.join(dist, SHARED));
      if (!sources.has(target)) return `require("${nameBetween(from, target)}")`;
      return from === path.join(dist, SHARED)
        ? `$load("${nameOf(target)}")`
        : `require("${shared}")("${nameOf(target)}")`;
    });

  let shared = `${HEAD}const $modules = {\n`;
  for (const [file, source] of sources) {
    const text = printer.printFile(source).replace(/^"use strict";\n/, '');
    const moved = withPaths(text, file, path.join(dist, SHARED));
    shared += `"${nameOf(file)}": function (module, exports) {\n${moved}},\n`;
  }
  writeFileSync(path.join(dist, SHARED), `${shared}};\n`);
  // Those that are loaded later take from it directly: a file that only re-exports costs as much as any.
  for (const name of readdirSync(dist, { recursive: true })) {
    const file = path.join(dist, name);
    if (!/\.js$/.test(name) || name === SHARED || sources.has(file)) continue;
    writeFileSync(file, withPaths(readFileSync(file, 'utf8'), file, file));
  }
  for (const [file, { text }] of sources) {
    // When imported into an ES module, only names that are spelled out are visible.
    const own = Array.from(text.matchAll(/^exports\.(\w+) = /gm), ([, name]) => name);
    const others = text.matchAll(/defineProperty\(exports, "(\w+)", \{ (?:enumerable|value)/g);
    const names = new Set([...own, ...Array.from(others, ([, name]) => name)]);
    const here = nameBetween(file, path.join(dist, SHARED));
    writeFileSync(
      file,
      `"use strict";\nmodule.exports = require("${here}")("${nameOf(file)}");\n` +
        `0 && (module.exports = { ${[...names].map((name) => `${name}: null`).join(', ')} });\n`,
    );
  }
  return sources.size;
}

/** What a file requires from the package before any of its functions is called. */
function loadedAtOnce(typescript, source) {
  const names = [];
  const visit = (node) => {
    if (typescript.isFunctionLike(node)) return;
    const isCall = typescript.isCallExpression(node) && node.expression.getText() === 'require';
    const name = isCall ? node.arguments[0].text : undefined;
    if (name?.startsWith('.')) names.push(name);
    typescript.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function nameBetween(from, to) {
  const name = path.relative(path.dirname(from), to).split(path.sep).join('/');
  return name.startsWith('.') ? name : `./${name}`;
}
