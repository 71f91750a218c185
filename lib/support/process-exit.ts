/** What must be done when this thread's JavaScript ends without having closed everything. */
const duties = new Set<() => void>();

function fulfil(): void {
  for (const duty of duties) duty();
}

/** Runs `duty` at the end of the process; the returned function cancels that. */
export function onProcessExit(duty: () => void): () => void {
  if (duties.size === 0) process.on('exit', fulfil);
  duties.add(duty);
  return () => {
    duties.delete(duty);
    if (duties.size === 0) process.off('exit', fulfil);
  };
}
