import assert from 'node:assert/strict';

import { loadModule } from 'wasmedge-embed';

import { fails } from './support/errors.js';
import { withModule } from './support/run-guest.js';
import { wasmFile } from './support/wat.js';

/**
 * WasmEdge's additions by the number of their parameters (all i32), in both forms if there are two.
 */
const BY_PARAMETERS: Readonly<Record<number, readonly string[]>> = {
  2: ['sock_listen', 'sock_listen_v2', 'sock_accept'],
  3: [
    ...[
      'sock_open',
      'sock_open_v2',
      'sock_bind',
      'sock_bind_v2',
      'sock_connect',
      'sock_connect_v2',
    ],
    ...['sock_accept', 'sock_accept_v2', 'sock_getlocaladdr', 'sock_getlocaladdr_v2'],
    ...['sock_getpeeraddr', 'sock_getpeeraddr_v2'],
  ],
  4: ['sock_getlocaladdr', 'sock_getpeeraddr'],
  5: ['sock_send_v2', 'sock_getsockopt', 'sock_setsockopt'],
  6: ['sock_recv_v2'],
  7: ['sock_recv_from', 'sock_send_to', 'sock_send_to_v2'],
  8: ['sock_recv_from', 'sock_recv_from_v2', 'sock_getaddrinfo'],
};
const FUNCTIONS = Object.entries(BY_PARAMETERS).flatMap(([count, names]) =>
  names.map((name) => [name, Number(count)] as const),
);

/** A module that calls one of them on descriptor `fd`. */
function guest(name: string, count: number): Promise<string> {
  const params = 'i32 '.repeat(count);
  return wasmFile(`(module
    (import "wasi_snapshot_preview1" "${name}" (func $f (param ${params}) (result i32)))
    (memory (export "memory") 1)
    (func (export "try") (param $fd i32) (result i32)
      local.get $fd ${'i32.const 0 '.repeat(count - 1)} call $f))`);
}

describe("WasmEdge's socket functions", () => {
  for (const [name, count] of FUNCTIONS) {
    it(`${name} with ${count} parameters links and answers an errno`, async () => {
      await withModule(await guest(name, count), { aot: 'off' }, async (module) => {
        const answers = [await module.call('try', 0), await module.call('try', 99)];
        // notsup; or notsock for an open descriptor and badf for one that is not.
        const makes = name.startsWith('sock_open') || name === 'sock_getaddrinfo';
        assert.deepEqual(answers, makes ? [58, 58] : [57, 8]);
      });
    });
  }

  it('are refused with another type, by the one that they have', async () => {
    const error = await fails('ERR_LINK', async () => {
      const module = await loadModule(await guest('sock_open', 4), { aot: 'off' });
      await module.close();
    });
    assert.match(error.message, /sock_open \(i32, i32, i32, i32\) -> \(?i32/);
  });

  it("are refused by 'subprocess', whose sockets would be real", async () => {
    for (const [name, count] of [
      ['sock_open', 3],
      ['sock_accept', 2],
    ] as const) {
      const error = await fails('ERR_LINK', async () => {
        const file = await guest(name, count);
        const module = await loadModule(file, { isolation: 'subprocess', aot: 'off' });
        await module.close();
      });
      assert.match(error.message, /opens sockets of the host/);
    }
  });
});
