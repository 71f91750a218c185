/**
 * Inputs of host_answers_fuzzer: bytes without a plan, but long. Each says what is done next, so that chance makes long
 * stories of them, which grow slowly from nothing.
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
