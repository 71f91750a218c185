import type { Channel } from 'amqplib';

export interface QueueNames {
  queue: string;
  retryQueue: string;
  deadLetterQueue: string;
  deliveryLimit: number;
}

/**
 * Declares a function's queue, the queue for messages that are delivered again, and the dead-letter
 * queue.
 *
 * They are quorum queues, since only these count deliveries: otherwise a message that kills every
 * consumer it reaches would circulate forever. They are durable. Dead letters are moved with the
 * broker's own confirmation, for which a queue must reject messages beyond a length limit rather
 * than drop them (RabbitMQ, "At-least-once dead lettering").
 *
 * Rejects if a queue with one of the names exists with other arguments.
 */
export async function declareQueues(
  channel: Channel,
  { queue, retryQueue, deadLetterQueue, deliveryLimit }: Readonly<QueueNames>,
): Promise<void> {
  const quorum = { 'x-queue-type': 'quorum' };
  await channel.assertQueue(deadLetterQueue, { durable: true, arguments: quorum });
  for (const name of [queue, retryQueue]) {
    await channel.assertQueue(name, {
      durable: true,
      arguments: {
        ...quorum,
        'x-delivery-limit': deliveryLimit,
        'x-dead-letter-exchange': '',
        'x-dead-letter-routing-key': deadLetterQueue,
        'x-dead-letter-strategy': 'at-least-once',
        'x-overflow': 'reject-publish',
      },
    });
  }
}
