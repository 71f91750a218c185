import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';

const LANGUAGES = ['assemblyscript', 'c', 'rust'];

/**
 * The programs of preview 1: NAME.wasm, with NAME.json unless there are no arguments and the exit
 * code is 0.
 */
export async function wasiTestsuite(folder) {
  const programs = [];
  for (const language of LANGUAGES) {
    const below = path.join(folder, 'tests', language, 'testsuite', 'wasm32-wasip1');
    const files = (await readdir(below)).filter((each) => each.endsWith('.wasm')).sort();
    for (const file of files) {
      const name = path.parse(file).name;
      const described = await readFile(path.join(below, `${name}.json`), 'utf8').catch(() => '{}');
      const { args = [], env = {}, dirs = [], exit_code = 0, stdout } = JSON.parse(described);
      programs.push({
        name: `${language}/${name}`,
        file: path.join(below, file),
        ...{ args, env, stdin: '', exitCode: exit_code, stdout },
        folders: Object.fromEntries(dirs.map((each) => [each, path.join(below, each)])),
      });
    }
  }
  return programs;
}
