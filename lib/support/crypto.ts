import type * as Crypto from 'node:crypto';

// Node.js loads its cryptography when it is first asked for, which takes as long as loading all of
// this package: not before there is something to hash, while other threads open libraries.
const crypto = (): typeof Crypto => process.getBuiltinModule('node:crypto');

/** The SHA-256 of these parts, one after the other, in hex. */
export function sha256(...parts: Crypto.BinaryLike[]): string {
  const hash = crypto().createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** A SHA-256 to be fed piece by piece. */
export function hashOf(): Crypto.Hash {
  return crypto().createHash('sha256');
}

/** Characters for a name that nobody else makes up. */
export function randomName(): string {
  return crypto().randomBytes(6).toString('hex');
}
