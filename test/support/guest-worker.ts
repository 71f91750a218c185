import { parentPort, workerData } from 'node:worker_threads';

import { loadModule } from 'wasmedge-embed';

/** What a worker thread with this file does. */
export interface WorkerTask {
  file: string;
  /** The arguments of each run. */
  args: string[];
  runs: number;
  /** Whether to leave the module open at the end. */
  leaveOpen?: boolean;
  /** Whether to report when the runs have begun. */
  tellBegin?: boolean;
}

async function main(task: WorkerTask): Promise<void> {
  const module = await loadModule(task.file, { concurrency: 2, args: task.args });
  const runs = Array.from({ length: task.runs }, (_, index) =>
    module.run({ stdin: `run ${index}` }),
  );
  if (task.tellBegin) parentPort?.postMessage('begun');
  // What the other thread receives at the end: each run's stdout.
  const outputs = (await Promise.all(runs)).map(({ stdout }) => stdout.toString());
  if (!task.leaveOpen) await module.close();
  parentPort?.postMessage(outputs);
}

void main(workerData as WorkerTask);
