/**
 * Work that keeps processors busy.
 *
 * @template Result
 * @typedef {object} Job
 * @property {number} [processors] how many, on average; by default all
 * @property {string} [turn] jobs with the same value do not run at the same time
 * @property {() => Promise<Result>} run
 */

/**
 * Runs each job as soon as there are processors for it, otherwise in the given order.
 *
 * @template Result
 * @param {Job<Result>[]} jobs
 * @param {number} places how many processors there are
 * @returns {Promise<Result[]>} in the order of the jobs
 * @throws the first failure, after which no further job is started
 */
export function inTheirPlaces(jobs, places) {
  const waiting = jobs.map(({ processors = places, turn, run }, index) => ({
    ...{ index, turn, run },
    needed: Math.min(processors, places),
  }));
  const running = new Set();
  const results = [];
  return new Promise((resolve, reject) => {
    const hasPlace = ({ needed, turn }) => {
      const others = [...running];
      const taken = others.reduce((sum, other) => sum + other.needed, 0);
      return taken + needed <= places && !others.some((other) => turn && other.turn === turn);
    };
    const begin = () => {
      for (let next; (next = waiting.findIndex(hasPlace)) >= 0;) {
        const [job] = waiting.splice(next, 1);
        running.add(job);
        job.run().then(
          (result) => {
            results[job.index] = result;
            running.delete(job);
            begin();
          },
          (error) => {
            waiting.length = 0;
            reject(error);
          },
        );
      }
      if (running.size === 0 && waiting.length === 0) resolve(results);
    };
    begin();
  });
}
