/**
 * Processes each thing, several at a time, starting in the given order.
 *
 * @template Thing, Result
 * @param {Thing[]} things
 * @param {number} most at a time
 * @param {(thing: Thing, index: number) => Promise<Result>} work
 * @returns {Promise<Result[]>} in the order of the things
 * @throws the first failure, once everything that was started has ended; nothing else is started after it
 */
export async function sideBySide(things, most, work) {
  const results = [];
  const entries = things.entries();
  let failure;
  const lane = async () => {
    for (const [index, thing] of entries) {
      try {
        results[index] = await work(thing, index);
      } catch (error) {
        failure ??= { error };
      }
      if (failure) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, things.length) }, lane));
  if (failure) throw failure.error;
  return results;
}
