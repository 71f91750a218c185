import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, it } from 'mocha';

import { root } from '../../scripts/setup/paths.mjs';

/** Not copied by the Dockerfile either, or large. */
const excluded = ['node_modules', 'target'];

/**
 * The stages of a Dockerfile: the base of each, what it copies from the repository, and its
 * commands.
 */
function stagesOf(text) {
  const stages = new Map();
  let stage;
  const lines = text
    .replaceAll(/^#.*\n/gmu, '')
    .replaceAll('\\\n', ' ')
    .split('\n');
  for (const line of lines) {
    const [instruction, ...words] = line.trim().split(/\s+/u);
    if (instruction === 'FROM') {
      const [base, , name = 'last'] = words;
      stage = { base, copied: [], commands: [] };
      stages.set(name, stage);
    } else if (instruction === 'COPY') {
      const places = words.filter((each) => !each.startsWith('--'));
      const target = places.pop();
      // Files from another stage are for this stage's commands; the scripts do not load them.
      const isMade = words.some((each) => each.startsWith('--from='));
      if (!isMade) stage.copied.push({ sources: places, target });
    } else if (instruction === 'RUN') {
      stage.commands.push(line);
    }
  }
  return stages;
}

/** Everything that a stage has of the repository, including its base. */
function copiedInto(stages, name) {
  const stage = stages.get(name);
  return stage ? [...copiedInto(stages, stage.base), ...stage.copied] : [];
}

function isLoaded(file) {
  const { base, ext } = path.parse(file);
  return !excluded.includes(base) && ['', '.json', '.mjs', '.toml'].includes(ext);
}

function load(script, cwd) {
  return spawnSync(process.execPath, [script], { cwd, encoding: 'utf8' });
}

describe('a stage of the Dockerfile', function () {
  // Each starts Node.js once.
  this.timeout(60_000);
  const stages = stagesOf(readFileSync(path.join(root, 'Dockerfile'), 'utf8'));
  let folder;
  beforeEach(() => (folder = mkdtempSync(path.join(os.tmpdir(), 'wasmedge-embed-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Copies the contents of a stage into a folder, as far as scripts load them. */
  function copyTo(name, to) {
    for (const { sources, target } of copiedInto(stages, name)) {
      for (const source of sources) {
        const place = path.join(to, target, target.endsWith('/') ? path.basename(source) : '');
        mkdirSync(path.dirname(place), { recursive: true });
        cpSync(path.join(root, source), place, {
          recursive: true,
          filter: isLoaded,
        });
      }
    }
  }

  const scripts = [...stages].flatMap(([name, { commands }]) =>
    commands.flatMap((command) =>
      [...command.matchAll(/\bnode (\S+\.mjs)/gu)].map(([, script]) => [name, script]),
    ),
  );

  it('runs scripts of ours', () => {
    assert.deepEqual(
      [...new Set(scripts.map(([name]) => name))],
      [...['model', 'guest', 'runtime', 'bundle']],
    );
  });

  it('has what the default model is made with', () => {
    copyTo('model', folder);
    const { status, stderr } = load('models/making/make.mjs', folder);
    assert.deepEqual([status, stderr], [0, '']);
  });

  for (const [name, script] of new Map(scripts.map((each) => [each.join(), each])).values()) {
    it(`has all that its script loads: ${name}, ${script}`, () => {
      copyTo(name, folder);
      // Without arguments, each prints its usage once it is loaded.
      const { status, stderr } = load(script, folder);
      assert.match(stderr, /^Usage: node /u);
      assert.equal(status, 2);
    });
  }
});
