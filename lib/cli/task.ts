import type { Task } from '../guest/task.js';
import { isDetector } from '../models/detector.js';
import { inspectModel } from '../module/inspect-model.js';

/**
 * The task for pictures that a model is made for, determined by its outputs. If the model cannot be
 * read, loading it reports that.
 */
export async function taskOf(model: string): Promise<Task> {
  const description = await inspectModel(model).catch(() => undefined);
  return description && isDetector(description.outputs) ? 'detect' : 'classify';
}
