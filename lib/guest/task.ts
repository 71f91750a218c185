/** What to do with a picture: label it, or find the objects in it. */
export type Task = 'classify' | 'detect';

/** All tasks. */
export const TASKS: readonly Task[] = ['classify', 'detect'];
