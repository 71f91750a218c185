import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';

const PARTS = ['core', 'libc', 'libstd'];

/**
 * The programs: NAME.wasm, next to it its input and expected output, and NAME.dir as its working
 * folder.
 */
export async function caspervonb(folder) {
  const programs = [];
  for (const part of PARTS) {
    const below = path.join(folder, part);
    const files = (await readdir(below)).filter((each) => each.endsWith('.wasm')).sort();
    for (const file of files) programs.push(await programOf(below, part, path.parse(file).name));
  }
  return programs;
}

async function programOf(below, part, name) {
  const given = (kind) =>
    readFile(path.join(below, `${name}.${kind}`), 'utf8').catch(() => undefined);
  const lines = async (kind) => ((await given(kind)) ?? '').split('\n').filter(Boolean);
  const own = `${name}.dir`;
  const hasFolder = await stat(path.join(below, own)).catch(() => undefined);
  return {
    name: `${part}/${name}`,
    file: path.join(below, `${name}.wasm`),
    args: await lines('arg'),
    env: Object.fromEntries((await lines('env')).map((each) => each.split(/=(.*)/s).slice(0, 2))),
    stdin: (await given('stdin')) ?? '',
    folders: hasFolder ? { [own]: path.join(below, own) } : {},
    exitCode: Number((await given('status')) ?? 0),
    stdout: await given('stdout'),
    stderr: await given('stderr'),
  };
}
