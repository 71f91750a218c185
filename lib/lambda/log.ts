import { jsonLine, plainWord } from './log-line.js';
import type { Logger } from './types.js';

const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
type Level = (typeof LEVELS)[number];

/**
 * Writes one line per entry to stdout, following the conventions of Lambda's advanced logging
 * controls: with `AWS_LAMBDA_LOG_FORMAT=JSON` an object with `timestamp`, `level`, `requestId` and
 * `message` in addition to the fields, otherwise `timestamp TAB requestId TAB level TAB` and the
 * fields as JSON, which CloudWatch recognizes as well. `AWS_LAMBDA_LOG_LEVEL` is the lowest level
 * that is written.
 *
 * Text from clients stays within its field: see `jsonLine`.
 *
 * This does not use `console`, whose messages would be quoted again inside the runtime's own
 * object.
 */
export function lambdaLogger(): Logger {
  const isJson = process.env['AWS_LAMBDA_LOG_FORMAT']?.toUpperCase() === 'JSON';
  const wanted = LEVELS.indexOf(process.env['AWS_LAMBDA_LOG_LEVEL']?.toUpperCase() as Level);
  const least = Math.max(wanted, 0);

  const log = (level: Level, message: string, fields: object): void => {
    if (LEVELS.indexOf(level) < least) return;
    const timestamp = new Date().toISOString();
    const { requestId, ...rest } = fields as { requestId?: string };
    const line = isJson
      ? jsonLine({ timestamp, level, requestId, message, ...rest })
      : [timestamp, plainWord(requestId), level, jsonLine({ message, ...rest })].join('\t');
    process.stdout.write(`${line}\n`);
  };
  return {
    info: (message, fields) => {
      log('INFO', message, fields);
    },
    warn: (message, fields) => {
      log('WARN', message, fields);
    },
    error: (message, fields) => {
      log('ERROR', message, fields);
    },
  };
}
