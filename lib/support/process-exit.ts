/** What is left to do when this thread's JavaScript ends without having closed everything. */
const duties = new Set<() => void>();

function fulfil(): void {
  for (const duty of duties) duty();
}

/** Has `duty` done at the end of the process; the returned function takes it back. */
export function onProcessExit(duty: () => void): () => void {
  if (duties.size === 0) process.on('exit', fulfil);
  duties.add(duty);
  return () => {
    duties.delete(duty);
    if (duties.size === 0) process.off('exit', fulfil);
  };
}
