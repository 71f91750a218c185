import type { Channel } from 'amqplib';

/**
 * Declares a function's queue and its dead-letter queue.
 *
 * Quorum queues, since only these count deliveries: a message that kills each worker it comes to
 * would otherwise go round for ever. They are durable. Dead letters are moved with the broker's own
 * confirmation, for which the queue must refuse messages beyond a length limit rather than drop them
 * (RabbitMQ, "At-least-once dead lettering").
 *
 * Rejects when a queue of the name exists with other arguments.
 */
export async function declareQueues(
  channel: Channel,
  { queue, deadLetterQueue, deliveryLimit }: Readonly<QueueNames>,
): Promise<void> {
  const quorum = { 'x-queue-type': 'quorum' };
  await channel.assertQueue(deadLetterQueue, { durable: true, arguments: quorum });
  await channel.assertQueue(queue, {
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

export interface QueueNames {
  queue: string;
  deadLetterQueue: string;
  deliveryLimit: number;
}
