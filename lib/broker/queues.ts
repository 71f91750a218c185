import type { Channel } from 'amqplib';

export interface QueueNames {
  queue: string;
  retryQueue: string;
  deadLetterQueue: string;
  deliveryLimit: number;
}

/**
 * Declares a function's queue, the queue of messages that are delivered again, and the dead-letter
 * queue.
 *
 * Quorum queues, since only these count deliveries: a message that kills each consumer it comes to
 * would otherwise go round for ever. They are durable. Dead letters are moved with the broker's own
 * confirmation, for which a queue must refuse messages beyond a length limit rather than drop them
 * (RabbitMQ, "At-least-once dead lettering").
 *
 * Rejects when a queue of one of the names exists with other arguments.
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
