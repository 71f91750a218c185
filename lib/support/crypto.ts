import type * as Crypto from 'node:crypto';

// Node.js loads its cryptography on first use, which takes as long as loading all of this package:
// so not before there is something to hash, while other threads open libraries.
const crypto = (): typeof Crypto => process.getBuiltinModule('node:crypto');

/** The SHA-256 of these parts, one after another, in hex. */
export function sha256(...parts: Crypto.BinaryLike[]): string {
  const hash = crypto().createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** A SHA-256 that receives its data in pieces. */
export function hashOf(): Crypto.Hash {
  return crypto().createHash('sha256');
}

/** Characters for a unique name. */
export function randomName(): string {
  return crypto().randomBytes(6).toString('hex');
}
