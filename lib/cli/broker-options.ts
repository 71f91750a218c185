import type { Command } from 'commander';
import { Option } from 'commander';

/** Options of the commands that connect to a broker. */
export interface BrokerOptions {
  amqp: string;
  queue: string;
}

export function addBrokerOptions(command: Command): Command {
  return command
    .requiredOption('--queue <name>', "the consumers' queue, named after the function")
    .addOption(
      new Option(
        '--amqp <url>',
        'the broker, amqp://user:password@host:5672/vhost; use the variable to keep a password out of the process list',
      )
        .env('WASMEDGE_EMBED_AMQP')
        .default('amqp://127.0.0.1'),
    );
}
