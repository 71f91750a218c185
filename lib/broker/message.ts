import type { ConsumeMessage, Options } from 'amqplib';

import { WasmEdgeError, reasonOf } from '../support/errors.js';
import { printable } from '../support/printable.js';

/** Marks an answer as an error, like the header with this name in answers of Lambda's API. */
export const FUNCTION_ERROR_HEADER = 'x-amz-function-error';

/** The maximum length of a name or property in AMQP (AMQP 0-9-1, "shortstr"). */
export const MAX_SHORT_STRING_BYTES = 255;

/**
 * Whether AMQP can carry the text unchanged. Text that was not valid UTF-8 was altered on arrival:
 * an answer to it would be misdirected.
 */
export function isShortString(value: string): boolean {
  return Buffer.byteLength(value) <= MAX_SHORT_STRING_BYTES && !value.includes('\ufffd');
}

/** Headers in which the broker describes earlier deliveries. */
const OF_THE_BROKER = /^x-(death|(first|last)-death-.*|delivery-count|acquired-count)$/;

/**
 * A value as JSON.
 *
 * @param name What the value is, for the message.
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT for what JSON cannot represent: undefined, a BigInt,
 *   a cycle.
 */
export function toJson(name: string, value: unknown): Buffer {
  try {
    // Its type omits that a function, a symbol and undefined yield undefined.
    const json = JSON.stringify(value) as string | undefined;
    if (json !== undefined) return Buffer.from(json);
  } catch (error) {
    const reason = `${name} cannot be sent as JSON: ${printable(reasonOf(error), 1000)}`;
    throw new WasmEdgeError('ERR_INVALID_ARGUMENT', reason, { cause: error });
  }
  throw new WasmEdgeError(
    'ERR_INVALID_ARGUMENT',
    `${name} cannot be sent as JSON: it is ${typeof value}.`,
  );
}

/** A property of a message, if it is set. */
export function text(property: unknown): string | undefined {
  return typeof property === 'string' && property !== '' ? property : undefined;
}

/** The number of earlier deliveries of the message by a quorum queue. */
export function deliveryCount({ properties }: ConsumeMessage): number {
  const count: unknown = properties.headers?.['x-delivery-count'];
  return typeof count === 'number' ? count : 0;
}

/** The properties for publishing a message again, in another queue. */
export function propertiesOf({ properties }: ConsumeMessage): Options.Publish {
  const { contentType, contentEncoding, correlationId, replyTo, messageId, type, appId } =
    properties as unknown as Record<string, unknown>;
  const given = { contentType, contentEncoding, correlationId, replyTo, messageId, type, appId };
  const texts = Object.entries(given).flatMap(([name, value]) => {
    const property = text(value);
    return property !== undefined && isShortString(property) ? [[name, property] as const] : [];
  });
  const headers = Object.entries(properties.headers ?? {}).filter(
    // The last two would add recipients.
    ([name]) => !OF_THE_BROKER.test(name) && name !== 'CC' && name !== 'BCC',
  );
  const expiration = text(properties.expiration);
  return {
    ...Object.fromEntries(texts),
    persistent: true,
    headers: Object.fromEntries(headers),
    ...(expiration !== undefined && { expiration }),
  };
}
