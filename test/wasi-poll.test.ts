import assert from 'node:assert/strict';

import { rustGuest } from './support/paths.js';
import { runOnce } from './support/run-guest.js';
import { WasiProgram, errnoName } from './support/wasi-program.js';

const CLOCK = 0;
const FD_READ = 1;
const FD_WRITE = 2;
const REALTIME = 0;
const MONOTONIC = 1;
const PROCESS_CPU_TIME = 2;
const ABSOLUTE = 1;

/** A `subscription` (48 bytes) of typenames.witx. */
function subscription(
  userdata: number,
  type: number,
  id: number,
  clock: { timeout?: bigint; flags?: number } = {},
): Buffer {
  const record = Buffer.alloc(48);
  record.writeBigUInt64LE(BigInt(userdata), 0);
  record.writeUInt8(type, 8);
  record.writeUInt32LE(id, 16);
  record.writeBigUInt64LE(clock.timeout ?? 0n, 24);
  record.writeUInt16LE(clock.flags ?? 0, 40);
  return record;
}

interface Event {
  userdata: number;
  error: string;
  type: number;
  bytes: number;
  flags: number;
}

const EVENTS = 8192;
const COUNT = 16_384;

/** Polls once, and returns the answer and the events. */
async function poll(
  subscriptions: Buffer[],
  stdin = '',
): Promise<{ errno: string; events: Event[] }> {
  const { errnos, memory } = await new WasiProgram()
    .data(0, Buffer.concat(subscriptions))
    .call('poll_oneoff', 0, EVENTS, subscriptions.length, COUNT)
    .run({}, { stdin });
  const events = Array.from({ length: memory.readUInt32LE(COUNT) }, (_, index) => {
    const at = EVENTS + 32 * index;
    return {
      userdata: Number(memory.readBigUInt64LE(at)),
      error: errnoName(memory.readUInt16LE(at + 8)),
      type: memory.readUInt8(at + 10),
      bytes: Number(memory.readBigUInt64LE(at + 16)),
      flags: memory.readUInt16LE(at + 24),
    };
  });
  return { errno: errnos[0]!, events };
}

describe('WASI poll_oneoff', () => {
  it('waits for a clock, relative and absolute', async () => {
    for (const [id, timeout, flags] of [
      [MONOTONIC, 1_000_000n, 0],
      [REALTIME, 1_000_000n, 0],
      [MONOTONIC, 1n, ABSOLUTE],
      [REALTIME, 1n, ABSOLUTE],
    ] as const) {
      const { errno, events } = await poll([subscription(42, CLOCK, id, { timeout, flags })]);
      assert.equal(errno, 'success');
      assert.deepEqual(events, [
        { userdata: 42, error: 'success', type: CLOCK, bytes: 0, flags: 0 },
      ]);
    }
  });

  it('ends with the earliest clock', async () => {
    const { errno, events } = await poll([
      subscription(1, CLOCK, MONOTONIC, { timeout: 3_600_000_000_000n }),
      subscription(2, CLOCK, MONOTONIC, { timeout: 1_000_000n }),
      // 584 years, which must not overflow when added to the present time.
      subscription(3, CLOCK, REALTIME, { timeout: 2n ** 64n - 1n }),
    ]);
    assert.equal(errno, 'success');
    assert.deepEqual(
      events.map((event) => event.userdata),
      [2],
    );
  });

  it('does not wait where a descriptor is ready', async () => {
    const { events } = await poll(
      [
        subscription(1, CLOCK, MONOTONIC, { timeout: 3_600_000_000_000n }),
        subscription(2, FD_READ, 0),
        subscription(3, FD_WRITE, 1),
      ],
      'five!',
    );
    assert.deepEqual(
      events.map(({ userdata, error, type }) => ({ userdata, error, type })),
      [
        { userdata: 2, error: 'success', type: FD_READ },
        { userdata: 3, error: 'success', type: FD_WRITE },
      ],
    );
    assert.equal(events[0]?.bytes, 5);
    assert.ok(events[1]!.bytes > 0);
  });

  it('says that stdin has ended', async () => {
    const { events } = await poll([subscription(1, FD_READ, 0)]);
    assert.deepEqual(events, [
      { userdata: 1, error: 'success', type: FD_READ, bytes: 0, flags: 1 },
    ]);
  });

  it('reports what is wrong with a subscription in its event', async () => {
    const { errno, events } = await poll([
      subscription(1, FD_READ, 99),
      subscription(2, FD_READ, 1),
      subscription(3, FD_WRITE, 0),
      subscription(4, CLOCK, 9),
      subscription(5, CLOCK, PROCESS_CPU_TIME),
      subscription(6, CLOCK, MONOTONIC, { flags: 0x80 }),
    ]);
    assert.equal(errno, 'success');
    assert.deepEqual(
      events.map(({ userdata, error }) => [userdata, error]),
      [
        [1, 'badf'],
        [2, 'badf'],
        [3, 'badf'],
        [4, 'inval'],
        [5, 'notsup'],
        [6, 'inval'],
      ],
    );
  });

  it('refuses no subscription, an unknown kind, and more than there can be', async () => {
    assert.equal((await poll([])).errno, 'inval');
    assert.equal((await poll([subscription(1, 3, 0)])).errno, 'inval');
    const { errnos } = await new WasiProgram()
      .call('poll_oneoff', 0, 0, 0x7fff_ffff, COUNT)
      .call('poll_oneoff', 0, 0x1_fff0, 1, COUNT)
      .call('poll_oneoff', 0, EVENTS, 1, 0x1_fffe)
      .run();
    assert.deepEqual(errnos, ['fault', 'fault', 'fault']);
  });

  it("serves Rust's thread::sleep", async () => {
    const { exitCode } = await runOnce(rustGuest('std-tour'), {}, { args: ['sleep', '5'] });
    assert.equal(exitCode, 0);
  });
});
