import { connect } from 'amqplib';
import type { ChannelModel, ConfirmChannel, Options, RecoveringChannelModel } from 'amqplib';

import { WasmEdgeError, isError, reasonOf } from '../support/errors.js';
import { printable } from '../support/printable.js';

import { withoutPassword } from './options.js';
import type { ConnectionEvent } from './types.js';

/** The number of attempts to make the first connection; afterwards it is unlimited. */
const FIRST_RETRIES = 3;
const CONNECT_TIMEOUT_MS = 10_000;
/** Between attempts. */
const MAX_DELAY_MS = 10_000;

/**
 * Connects to the broker and stays connected: a lost connection is made again, with increasing
 * delays of up to ten seconds.
 *
 * @param setup Called with each new channel, before anything else uses it.
 * @param onChannelError Receives the reason why the broker closed a channel, before the channel
 *   ends.
 * @throws {WasmEdgeError} ERR_BROKER if the broker cannot be reached at first, or `setup` fails.
 */
export async function stayConnected(
  url: string,
  setup: (channel: ConfirmChannel, model: ChannelModel) => Promise<void>,
  onConnection: (event: ConnectionEvent) => void,
  onChannelError: (error: Error) => void = () => undefined,
): Promise<RecoveringChannelModel> {
  const recovery = {
    initialMaxRetries: FIRST_RETRIES,
    maxDelay: MAX_DELAY_MS,
    waitForConnect: false,
    setup: async (model: ChannelModel): Promise<void> => {
      // Until the library itself listens. When a connection ends, the reason is reported.
      model.on('error', () => undefined);
      const channel = await model.createConfirmChannel();
      channel.on('error', onChannelError);
      await setup(channel, model);
      // A channel closed by the broker (arguments of a queue, a double acknowledgement) takes its
      // consumers with it: start again.
      channel.on('close', () => void model.close().catch(() => undefined));
    },
  };
  const connection = await connect(url, { timeout: CONNECT_TIMEOUT_MS, recovery });
  connection.on('error', () => undefined);
  connection.on('connect', () => {
    onConnection({ state: 'connected' });
  });
  connection.on('disconnect', (error: Error) => {
    onConnection({ state: 'lost', error });
  });
  connection.on('reconnect-scheduled', ({ delay, error }: { delay: number; error: Error }) => {
    onConnection({ state: 'retry', delayMs: delay, error });
  });
  try {
    await connection.waitForConnect();
  } catch (error) {
    await connection.close();
    throw new WasmEdgeError(
      'ERR_BROKER',
      `Cannot connect to ${withoutPassword(url)}: ${whyRefused(error)}`,
      { cause: error },
    );
  }
  return connection;
}

/** Publishes to a queue and waits until the broker has confirmed the message. */
export function publishConfirmed(
  channel: ConfirmChannel,
  queue: string,
  content: Buffer,
  options: Options.Publish,
): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.publish('', queue, content, options, (error: unknown) => {
      if (error) reject(isError(error) ? error : new Error('The broker refused it.'));
      else resolve();
    });
  });
}

function whyRefused(error: unknown): string {
  const reason = reasonOf(error) || String(error);
  // The library's message when the broker rejects the virtual host by closing the connection.
  return reason.startsWith('Expected ConnectionOpenOk')
    ? 'the broker has no such virtual host, or the user has no access to it.'
    : printable(reason, 1000);
}
