import { jsonLine } from './log-line.js';
import type { InvocationRecord, MetricsOptions } from './types.js';

type Unit = 'Milliseconds' | 'Bytes' | 'Count';
type Metric = readonly [name: string, unit: Unit, value: number];

/**
 * An invocation's metrics as one line in CloudWatch's embedded metric format. Status classes are
 * counted as 0 or 1, so that their averages are rates.
 *
 * @param now Milliseconds since 1970.
 */
export function embeddedMetrics(
  { namespace, dimensions }: Required<MetricsOptions>,
  record: InvocationRecord,
  now: number,
): string {
  const metrics = metricsOf(record);
  return jsonLine({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [Object.keys(dimensions)],
          Metrics: metrics.map(([name, unit]) => ({ Name: name, Unit: unit })),
        },
      ],
    },
    ...dimensions,
    ...Object.fromEntries(metrics.map(([name, , value]) => [name, value])),
    requestId: record.requestId,
    status: record.status,
  });
}

function metricsOf(record: InvocationRecord): Metric[] {
  const { status, totalMs, decodeMs, pictureBytes, coldStart, timings } = record;
  const count = (name: string, is: boolean): Metric => [name, 'Count', is ? 1 : 0];
  return [
    ['Duration', 'Milliseconds', totalMs],
    ['DecodeDuration', 'Milliseconds', decodeMs],
    ...Object.entries(timings ?? {}).map(
      ([name, value]) => [metricName(name), 'Milliseconds', value as number] as const,
    ),
    ['PictureSize', 'Bytes', pictureBytes],
    count('ColdStart', coldStart),
    count('ClientError', status >= 400 && status < 500),
    count('ServerError', status >= 500),
    count('Throttled', status === 503),
    count('TimedOut', status === 504),
  ];
}

/** `queueMs` becomes `QueueDuration`. */
function metricName(timing: string): string {
  return `${timing.charAt(0).toUpperCase()}${timing.slice(1).replace(/Ms$/, '')}Duration`;
}
