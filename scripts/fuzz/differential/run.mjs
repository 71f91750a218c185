import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { corpusFolder, generatorFile, workFolder } from './build.mjs';
import { knownAs } from './known.mjs';
import { runModules } from './supervise.mjs';

const batchSize = 40;
const findingsFolder = path.join(workFolder, 'findings');

/** How modules are compiled: mostly as it is by default. */
export const optionSets = [
  { optimize: 3 },
  { optimize: 0 },
  { optimize: 3 },
  { optimize: 2, interruptible: true },
  { optimize: 3 },
  { optimize: 1, generic: true },
];

/** Runs modules, counts, and keeps those that show something. */
export class Session {
  totals = {
    ...{ modules: 0, taken: 0, calls: 0, values: 0, traps: 0, nothing: 0, cpuSeconds: 0 },
    ...{ differences: 0, failures: 0 },
  };
  /** Times that each was seen. @type {Map<string, number>} */
  knownSeen = new Map();
  /** @type {{ file: string, details: string[] }[]} */
  findings = [];
  wasmedge = 'unknown';
  #work;

  constructor() {
    this.#work = path.join(workFolder, `work-${process.pid}`);
    mkdirSync(this.#work, { recursive: true });
    mkdirSync(findingsFolder, { recursive: true });
  }

  end() {
    rmSync(this.#work, { recursive: true, force: true });
  }

  /** Every access at every end of memory, whatever the time. */
  async runAccesses(task) {
    const folder = await this.#generate(['accesses'], task);
    for (const file of filesIn(folder)) await this.run([file], optionSets[0], task);
  }

  /** Generated modules until the time is over; at least one batch. */
  async runGenerated(seed, until, task) {
    for (let batch = 0; batch === 0 || Date.now() < until; batch += 1) {
      const first = seed * 1_000_000 + batch * batchSize;
      const range = ['--seed', String(first), '--count', String(batchSize)];
      const folder = await this.#generate(['generate', ...range, '--corpus', corpusFolder], task);
      await this.run(filesIn(folder), optionSets[batch % optionSets.length], task);
    }
  }

  async #generate(args, task) {
    const folder = path.join(this.#work, 'modules');
    rmSync(folder, { recursive: true, force: true });
    await task.exec(generatorFile, [...args, '--out', folder]);
    return folder;
  }

  /** Runs modules one after the other; what ends the process is a finding, and the rest goes on in another. */
  async run(files, options, task) {
    let position = { from: 0, singles: 0 };
    while (files.length > 0) {
      const order = { files, ...position, options, work: this.#work };
      let done = 0;
      const { failure, at, cpuSeconds } = await runModules(order, (line, words) => {
        if (line.wasmedge) this.wasmedge = line.wasmedge;
        if (line.module === undefined) return;
        done += 1;
        // As LLVM's verifier does where it finds fault with what WasmEdge made.
        if (words !== '') this.#keep(line.module, options, [`It wrote: ${words}`]);
        this.#count(line, options);
        task.note(`${this.totals.modules} modules, ${this.totals.calls} calls`);
      });
      this.totals.cpuSeconds += cpuSeconds;
      if (failure === undefined) return;
      files = files.slice(done);
      if (files.length === 0) {
        throw new Error(`The process failed after its last module: ${failure} (${at})`);
      }
      const calls = at
        .match(/, calls (\d+) and (\d+) more:/)
        ?.slice(1)
        .map(Number);
      if (calls !== undefined && calls[1] > 0) {
        // Which of them it was, is found out.
        position = { from: calls[0], singles: calls[1] + 1 };
        continue;
      }
      this.totals.failures += 1;
      this.#keep(files[0], options, [`${failure}\n    at ${at}`]);
      // The other calls of the module are tried, too, unless it fails without one.
      position = { from: calls === undefined ? 0 : calls[0] + 1, singles: 0 };
      if (calls === undefined) files = files.slice(1);
    }
  }

  #count({ module, differences, ...counts }, options) {
    this.totals.modules += 1;
    for (const name of ['taken', 'calls', 'values', 'traps', 'nothing']) {
      this.totals[name] += counts[name];
    }
    const unknown = differences.filter((difference) => {
      const found = knownAs(difference, { wasmedge: this.wasmedge });
      if (found) this.knownSeen.set(found.title, (this.knownSeen.get(found.title) ?? 0) + 1);
      return found === undefined;
    });
    if (unknown.length === 0) return;
    this.totals.differences += unknown.length;
    this.#keep(module, options, unknown.map(describe));
  }

  #keep(module, options, details) {
    const file = path.join(findingsFolder, path.basename(module));
    if (file !== module) copyFileSync(module, file);
    const finding = { file, details: [`compiled with ${JSON.stringify(options)}`, ...details] };
    writeFileSync(`${file}.txt`, `${finding.details.join('\n')}\n`);
    this.findings.push(finding);
  }
}

function describe({ of, between, call, details }) {
  const where = call ? ` ${call.name}(${call.args.join(', ')})` : '';
  return `${of}, ${between}:${where} ${details}`;
}

function filesIn(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => path.join(folder, name));
}
