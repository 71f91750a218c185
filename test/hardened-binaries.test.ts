import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './support/paths.js';

// Of the System V ABI (ELF-64) and its supplements, and of Linux.
const PT_DYNAMIC = 2;
const PT_GNU_STACK = 0x6474e551;
const PT_GNU_RELRO = 0x6474e552;
const PF_X = 1;
const DT_FLAGS = 30n;
const DF_BIND_NOW = 8n;
const EM_X86_64 = 62;
/** A valid target of an indirect branch: endbr64; paciasp, which counts as one as well. */
const LANDING = { x64: Buffer.from('f30f1efa', 'hex'), arm64: Buffer.from('3f2303d5', 'hex') };

interface Segment {
  type: number;
  flags: number;
  offset: number;
  size: number;
}

function segmentsOf(file: Buffer): Segment[] {
  const at = Number(file.readBigUInt64LE(0x20));
  return Array.from({ length: file.readUInt16LE(0x38) }, (_, index) => {
    const header = at + index * file.readUInt16LE(0x36);
    return {
      type: file.readUInt32LE(header),
      flags: file.readUInt32LE(header + 4),
      offset: Number(file.readBigUInt64LE(header + 8)),
      size: Number(file.readBigUInt64LE(header + 32)),
    };
  });
}

function isBoundAtOnce(file: Buffer, { offset, size }: Segment): boolean {
  for (let at = offset; at < offset + size; at += 16) {
    if (file.readBigUInt64LE(at) === DT_FLAGS) {
      return (file.readBigUInt64LE(at + 8) & DF_BIND_NOW) !== 0n;
    }
  }
  return false;
}

function count(file: Buffer, bytes: Buffer): number {
  let found = 0;
  for (let at = file.indexOf(bytes); at >= 0; at = file.indexOf(bytes, at + 1)) ++found;
  return found;
}

/** Files built here, and prebuilds if there are any. */
function shippedFiles(): string[] {
  const prebuilds = path.join(ROOT, 'prebuilds');
  const folders = [
    [path.join(ROOT, 'build', 'Release'), path.join(ROOT, 'build', 'plugin')],
    ...(existsSync(prebuilds)
      ? readdirSync(prebuilds).map((each) => [
          path.join(prebuilds, each),
          path.join(prebuilds, each, 'plugin'),
        ])
      : []),
  ].flat();
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => path.join(folder, name)))
    .filter((file) => /(\.node|libwasmedge_embed_plugin\.so|plugin\/lib\w+\.so)$/.test(file));
}

describe('The binaries that are shipped', () => {
  const files = shippedFiles();

  it('are all there', () => {
    assert.ok(files.length >= 5, files.join(' '));
  });

  for (const file of files) {
    it(`are hardened: ${path.relative(ROOT, file)}`, () => {
      const content = readFileSync(file);
      const segments = segmentsOf(content);
      const stack = segments.find(({ type }) => type === PT_GNU_STACK);
      assert.ok(stack && (stack.flags & PF_X) === 0, 'its stack is not executable');
      assert.ok(
        segments.some(({ type }) => type === PT_GNU_RELRO),
        'RELRO',
      );
      const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
      assert.ok(dynamic && isBoundAtOnce(content, dynamic), 'BIND_NOW');
      // The plug-ins themselves have one function each.
      if (path.basename(path.dirname(file)) !== 'plugin') {
        assert.ok(content.includes('\0__stack_chk_fail\0'), 'stack protector');
        assert.match(content.toString('latin1'), /\0__\w+_chk\0/, 'checked functions of glibc');
        const arch = content.readUInt16LE(0x12) === EM_X86_64 ? 'x64' : 'arm64';
        assert.ok(count(content, LANDING[arch]) > 100, 'branch targets are marked');
      }
    });

    it(`say nothing of the machine that built them: ${path.relative(ROOT, file)}`, () => {
      const text = readFileSync(file, 'latin1');
      for (const place of [ROOT, '/home/', '/root/', '/tmp/', '/build/', '/usr/src/']) {
        assert.ok(!text.includes(place), place);
      }
    });
  }
});
