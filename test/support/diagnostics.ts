import { subscribe, unsubscribe } from 'node:diagnostics_channel';

/** Collects the events of a diagnostics channel while `body` runs. */
export async function eventsOf<T>(channel: string, body: () => Promise<unknown>): Promise<T[]> {
  const events: T[] = [];
  const collect = (event: unknown): void => {
    events.push(event as T);
  };
  subscribe(channel, collect);
  try {
    await body();
  } finally {
    unsubscribe(channel, collect);
  }
  return events;
}
