import { Socket } from 'node:net';

import { misbehaviour } from './misbehaviour.js';
import { misbehavingGuests } from './misbehaving-guests.js';
import type { Received } from './misbehaving-guests.js';

// A misbehaving worker process; the variable ROGUE determines what it does.

const mode = process.env['ROGUE'] ?? '';
const socket = new Socket({ fd: 3, readable: true, writable: true });
socket.on('error', () => undefined);
process.on('SIGTERM', () => undefined);
// It stays, whatever happens to the stream.
setInterval(() => undefined, 1000);

const { before, during, ready } = misbehaviour(socket);
const guests = misbehavingGuests(socket);
let pending = Buffer.alloc(0);
socket.on('data', (chunk: Buffer) => {
  pending = Buffer.concat([pending, chunk]);
  for (;;) {
    if (pending.length < 4 || pending.length < 4 + pending.readUInt32LE()) return;
    const end = 4 + pending.readUInt32LE();
    const [content, lengths] = JSON.parse(pending.toString('utf8', 4, end)) as [Received, number[]];
    const size = lengths.reduce((sum, length) => sum + length, 0);
    if (pending.length < end + size) return;
    pending = pending.subarray(end + size);
    const guest = guests[mode];
    if (guest) guest(content);
    else if (content.type === 'load') (before[mode] ?? ready)();
    else if (content.type === 'run') during[mode]?.(content.id);
  }
});
