import { randomNumbers } from './traffic.mjs';

/**
 * Runs of several kinds, mixed, of the same guest in several isolations. A subclass loads them in
 * `open`.
 */
export class MixedTraffic {
  counts = {};
  modules = [];
  #kinds;
  #random;

  /**
   * @param {{ name: string, weight: number, run: Function }[]} kinds what is done, and how often of a hundred
   * @param {number} seed
   */
  constructor(kinds, seed) {
    this.#kinds = kinds;
    this.#random = randomNumbers(seed);
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
