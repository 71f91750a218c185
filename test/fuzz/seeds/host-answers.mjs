/**
 * Inputs of host_answers_fuzzer: long random bytes. Each byte chooses the next action, so random
 * bytes make long sequences of actions, which would take long to grow from nothing.
 */
export function hostAnswerSeeds() {
  let state = 1;
  const next = () => (state = (state * 48_271) % 0x7fff_ffff);
  return Object.fromEntries(
    Array.from({ length: 32 }, (_, index) => [
      `story-${index}`,
      Buffer.from(Array.from({ length: 64 + 12 * index }, () => next() & 0xff)),
    ]),
  );
}
