/** What is made of a picture: its name, or the things in it. */
export type Task = 'classify' | 'detect';

/** All of them. */
export const TASKS: readonly Task[] = ['classify', 'detect'];
