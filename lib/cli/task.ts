import type { Task } from '../guest/task.js';
import { isDetector } from '../models/detector.js';
import { inspectModel } from '../module/inspect-model.js';

/** What is made of pictures with a model, told by its outputs. What cannot be read is told where it is loaded. */
export async function taskOf(model: string): Promise<Task> {
  const description = await inspectModel(model).catch(() => undefined);
  return description && isDetector(description.outputs) ? 'detect' : 'classify';
}
