import { randomNumbers } from './traffic.mjs';

/** The two isolations that keep state between runs. */
const isolations = ['in-process', 'worker-process'];

/** A mixture of several kinds of runs, with the same guest in two isolations. */
export class MixedTraffic {
  counts = {};
  modules = [];
  #library;
  #kinds;
  #random;

  /**
   * @param {object} library the package
   * @param {{ name: string, weight: number, run: Function }[]} kinds what to do, and how often per hundred
   * @param {number} seed
   */
  constructor(library, kinds, seed) {
    this.#library = library;
    this.#kinds = kinds;
    this.#random = randomNumbers(seed);
  }

  /** Loads a guest for the runs. */
  async load(source, options) {
    for (const isolation of isolations) {
      this.modules.push(await this.#library.loadModule(source, { ...options, isolation }));
    }
  }

  async close() {
    await Promise.all(this.modules.map((module) => module.close()));
    this.modules = [];
  }

  /** @param {number} count of runs, four at a time */
  async burst(count) {
    let left = count;
    const work = async () => {
      while (left-- > 0) await this.#one();
    };
    await Promise.all(Array.from({ length: 4 }, work));
  }

  async #one() {
    let ticket = this.#random() * this.#kinds.reduce((sum, { weight }) => sum + weight, 0);
    const { name, run } = this.#kinds.find(({ weight }) => (ticket -= weight) < 0);
    const module = this.modules[Math.floor(this.#random() * this.modules.length)];
    await run(module, this.#random);
    this.counts[`${name}, ${module.isolation}`] ??= 0;
    this.counts[`${name}, ${module.isolation}`]++;
  }
}
