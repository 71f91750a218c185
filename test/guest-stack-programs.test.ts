import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';
import type {
  LoadOptions,
  LoadedModule,
  Trap,
  WasmEdgeError,
  WasmEdgeErrorCode,
} from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { ISOLATIONS } from './support/isolations.js';
import { compiledTestGuest, rustGuest, testGuest } from './support/paths.js';
import { loadLightly, sharedModules } from './support/run-guest.js';

/** Real programs, with the names that their compilers produce. */

interface Failure {
  code: WasmEdgeErrorCode;
  trap?: Trap;
  timeoutMs?: number;
  /** The program's own function. */
  place: string;
  /** The function that the message names, if it is another one. */
  named?: RegExp;
  /** The end of the message, after the place; the printed part is the same in all isolations. */
  said?: RegExp;
  options?: LoadOptions;
}

/** Long enough for each to reach its final place, even when the machine is busy. */
const TIMEOUT_MS = 1500;
/** Likewise, for those that keep a processor busy meanwhile. */
const SPINNING_MS = 500;

const TRAPS = { code: 'ERR_TRAP', trap: 'unreachable' } as const;

const RUST: Record<string, Failure> = {
  panic: {
    ...TRAPS,
    place: 'failing::picture::Marker<T>::find',
    said: / It panicked: no such marker: 0xd8\\nin the second line \(\S+main\.rs:\d+:\d+\)$/,
  },
  expect: {
    ...TRAPS,
    place: '<failing::picture::Lossless as failing::picture::Decode>::decode',
    said: / It panicked: a table of symbols \(\S+main\.rs:\d+:\d+\)$/,
  },
  index: {
    ...TRAPS,
    place: 'failing::index',
    said: / It panicked: index out of bounds: the len is 3 but the index is 3 \(\S+main\.rs:\d+:\d+\)$/,
  },
  borrow: {
    ...TRAPS,
    place: 'failing::borrow',
    said: / It panicked: already borrowed: BorrowMutError \(\S+main\.rs:\d+:\d+\)$/,
  },
  abort: { ...TRAPS, place: 'failing::abort' },
  recurse: { code: 'ERR_TRAP', trap: 'stack-overflow', place: 'failing::recurse' },
  spin: { code: 'ERR_TIMEOUT', timeoutMs: SPINNING_MS, place: 'failing::spin' },
  sleep: { code: 'ERR_TIMEOUT', timeoutMs: TIMEOUT_MS, place: 'failing::sleep' },
  memory: {
    ...TRAPS,
    place: 'failing::memory',
    said: / Its standard error ends with: memory allocation of \d+ bytes failed$/,
    options: { limits: { memoryPages: 64 } },
  },
  output: {
    code: 'ERR_OUTPUT_LIMIT',
    place: 'failing::output',
    named: / It was in (?:<std::io::.+|std::io::\S+|failing::output)\.$/,
    options: { limits: { outputBytes: 100_000 } },
  },
};

const namesOf = ({ guestStack = [] }: WasmEdgeError): string[] =>
  guestStack.map((frame) => frame.function);

const FAILING = rustGuest('failing');

for (const isolation of ISOLATIONS) {
  describe(`Where a program in Rust failed (${isolation})`, function () {
    this.timeout(120_000);
    const isKnown = isolation !== 'subprocess';
    const shared = sharedModules();

    for (const [name, failure] of Object.entries(RUST)) {
      const { code, trap, timeoutMs, place, named, said, options = {} } = failure;
      it(`is told of ${name}`, async () => {
        // Nothing there keeps the stock program from ending when its guest's stack overflows.
        const isSurvived = isKnown || trap !== 'stack-overflow';
        const module = await shared(FAILING, { concurrency: 1, isolation, ...options });
        const limits = timeoutMs === undefined ? {} : { timeoutMs };
        const error = await fails(
          isSurvived ? code : 'ERR_WORKER_DIED',
          module.run({ args: [name], ...limits }),
        );
        if (isSurvived) assert.equal(error.trap, trap);
        if (said) assert.match(error.message, said);
        if (!isKnown) {
          assert.deepEqual(error.guestStack, []);
          assert.doesNotMatch(error.message, /It was in/);
          return;
        }
        if (named) assert.match(error.message, named);
        else assert.ok(error.message.includes(` It was in ${place}.`), error.message);
        const names = namesOf(error);
        assert.ok(names.includes(place), names.join('\n'));
        // Neither hashes nor mangled names.
        assert.doesNotMatch(names.join('\n'), /_ZN|_R[NI]|17h[0-9a-f]{16}|::h[0-9a-f]{16}/);
        if (trap !== 'stack-overflow') assert.match(names.at(-1) ?? '', /^(?:_start|__main_void)$/);
      });
    }

    it('is nothing of one that exits', async () => {
      const module = await shared(FAILING, { concurrency: 1, isolation });
      const { exitCode } = await module.run({ args: ['exit'] });
      assert.equal(exitCode, 3);
    });
  });
}

describe('Where a program in Rust failed', () => {
  it('is told of what has used up its fuel', async () => {
    const metered = compiledTestGuest('failing-metered');
    await using module = await loadModule(metered, { limits: { fuel: 10_000_000 } });
    const error = await fails('ERR_LIMIT', module.run({ args: ['spin'] }));
    assert.equal(error.limit, 'fuel');
    assert.match(error.message, / It was in failing::spin\.$/);
  });

  it('is told of what is aborted', async () => {
    const controller = new AbortController();
    await using module = await loadModule(FAILING);
    const run = module.run({ args: ['sleep'], signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, TIMEOUT_MS);
    const error = await fails('ERR_ABORTED', run);
    assert.match(error.message, / was aborted\. It was in failing::sleep\.$/);
  });
});

const C: Record<string, Failure> = {
  ends_by_abort: { ...TRAPS, place: 'ends_by_abort' },
  asserts: {
    ...TRAPS,
    place: 'asserts',
    said: / Its standard error ends with: Assertion failed: .*there is a first.*$/,
  },
  divides: { code: 'ERR_TRAP', trap: 'divide-by-zero', place: 'divides' },
  reads_outside: { code: 'ERR_TRAP', trap: 'memory-out-of-bounds', place: 'reads_outside' },
  mismatches: { code: 'ERR_TRAP', trap: 'indirect-call-type-mismatch', place: 'mismatches' },
  recurses: { code: 'ERR_TRAP', trap: 'stack-overflow', place: 'recurses' },
  spins: { code: 'ERR_TIMEOUT', timeoutMs: SPINNING_MS, place: 'spins' },
  asks: { code: 'ERR_HOST_FUNCTION', place: 'asks' },
};

for (const isolation of ['in-process', 'worker-process'] as const) {
  describe(`Where a library in C failed (${isolation})`, () => {
    let module: LoadedModule;
    const ask = (): never => {
      throw new RangeError('no answer');
    };
    before(async () => {
      const imports = { env: { ask } };
      module = await loadLightly(testGuest('failing.c'), { isolation, imports });
    });
    after(() => module.close());

    for (const [number, [name, failure]] of Object.entries(C).entries()) {
      const { code, trap, timeoutMs, place, said } = failure;
      it(`is told of what ${name}`, async () => {
        const limits = timeoutMs === undefined ? {} : { timeoutMs };
        const error = await fails(code, module.invoke('fail', [number], limits));
        assert.equal(error.trap, trap);
        assert.ok(error.message.includes(` It was in ${place}.`), error.message);
        if (said) assert.match(error.message, said);
        const names = namesOf(error);
        assert.ok(names.includes(place), names.join('\n'));
        if (trap !== 'stack-overflow') assert.deepEqual(names.slice(-2), ['through', 'fail']);
      });
    }
  });

  it(`Where a library in C++ failed is told by its methods (${isolation})`, async () => {
    await using module = await loadLightly(testGuest('failing.cc'), { isolation });
    for (const [number, [trap, place]] of (
      [
        ['divide-by-zero', 'shapes::Square::Area'],
        ['unreachable', 'shapes::Grid::Area'],
      ] as const
    ).entries()) {
      const error = await fails('ERR_TRAP', module.call('fail', number));
      assert.equal(error.trap, trap);
      assert.ok(error.message.endsWith(` It was in ${place}.`), error.message);
      assert.deepEqual(namesOf(error), [place, 'shapes::operator*', 'fail']);
    }
  });
}
