import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import initWabt from 'wabt';

import { root } from '../../scripts/setup/paths.mjs';

/** What a guest does forever, as the body of a loop. */
const endless = {
  'tight loop': '',
  'calls through a table': '(drop (call_indirect (type $number) (i32.const 60) (i32.const 0)))',
  'memory.grow': '(drop (memory.grow (i32.const 1)))',
  'memory.fill, 64 KiB': '(memory.fill (i32.const 65536) (i32.const 1) (i32.const 65536))',
  'memory.fill, 1 byte': '(memory.fill (i32.const 65536) (i32.const 1) (i32.const 1))',
  'memory.copy, 64 KiB': '(memory.copy (i32.const 65536) (i32.const 66000) (i32.const 65000))',
  'table.grow': '(drop (table.grow $table (ref.null func) (i32.const 1)))',
  'table.get': '(drop (table.get $table (i32.const 0)))',
  'recursion, memory.fill at each depth': '(call $fill (i32.const 1000))',
  'a sleep': '(call $sleep (i64.const 3_600_000_000_000))',
  'short sleeps': '(call $sleep (i64.const 1000))',
  'host calls': '(drop (call $sched_yield))',
  'host calls of some length': '(drop (call $random_get (i32.const 65536) (i32.const 65536)))',
};

const prelude = readFileSync(path.join(root, 'test/guests/endless-prelude.wat'), 'utf8');

const fill = `
  (func $fill (param $depth i32)
    (memory.fill (i32.const 65536) (i32.const 1) (i32.const 64))
    (if (local.get $depth) (then (call $fill (i32.sub (local.get $depth) (i32.const 1)))))
    (i32.store (i32.const 64) (local.get $depth)))`;

/** A single bulk operation over a whole memory with this many pages, which nothing interrupts. */
const once = (pages) => ({
  [`memory.fill over ${shownSize(pages)}`]: bulk(
    pages,
    `(memory.fill (i32.const 0) (i32.const 1) (i32.const ${pages * 65536 - 1}))`,
  ),
  [`memory.copy over ${shownSize(pages)}`]: bulk(
    pages,
    `(memory.copy (i32.const 0) (i32.const 65536) (i32.const ${(pages - 1) * 65536}))`,
  ),
});

function bulk(pages, body) {
  return `(module (memory (export "memory") ${pages}) (func (export "_start") ${body}))`;
}

function shownSize(pages) {
  return pages < 16384 ? `${pages / 16} MiB` : `${pages / 16384} GiB`;
}

/** The guests' files by what they do, in a folder that `close` removes. */
export class Guests {
  #folder;

  constructor() {
    mkdirSync(path.join(root, 'build'), { recursive: true });
    this.#folder = mkdtempSync(path.join(root, 'build/stop-latency-'));
  }

  close() {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @returns {Promise<[string, string][]>} what it does, and its file */
  async endless() {
    return this.#write(
      Object.entries(endless).map(([title, body]) => [
        title,
        `(module ${prelude} ${fill} (func (export "_start") (loop $again ${body} (br $again))))`,
      ]),
    );
  }

  /** @param {number} pages of 64 KiB */
  async once(pages) {
    return this.#write(Object.entries(once(pages)));
  }

  async #write(guests) {
    const wabt = await initWabt();
    return guests.map(([title, text]) => {
      const file = path.join(this.#folder, `${title.replaceAll(/\W+/g, '-')}.wasm`);
      const module = wabt.parseWat(file, text);
      writeFileSync(file, module.toBinary({}).buffer);
      module.destroy();
      return [title, file];
    });
  }
}
