/**
 * Lets a server live on when whoever reads its output has gone (`serve | head -1`): what it writes is
 * lost from then on.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}
