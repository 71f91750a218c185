import { acceptedPictures } from '../guest/accepted-pictures.js';
import type { AcceptedPictures } from '../guest/accepted-pictures.js';
import { TASKS } from '../guest/task.js';
import {
  boolean,
  bytes,
  entriesOf,
  integer,
  nonEmptyText,
  oneOf,
  optionsObject,
  refuse,
  textList,
} from '../options/validation.js';
import type { BytesLike, LoadOptions } from '../options/types.js';

import type { Cors } from './cors.js';
import { lambdaLogger } from './log.js';
import type { HandlerOptions, Logger, MetricsOptions } from './types.js';
import { WARM_UP_JPEG } from './warm-up.js';

/** The maximum payload of an invocation on Lambda, so that nothing is rejected too early. */
const DEFAULT_PICTURE_BYTES = 6 << 20;

/** What to do with pictures, how much to report, and which pictures to accept. */
export type PictureTask = (
  { name: 'classify'; topK: number } | { name: 'detect'; threshold: number }
) &
  AcceptedPictures;

/** How a program is run. */
export interface ProgramSettings {
  name: 'run';
  contentType: string;
  cgi: boolean;
  responseStream: boolean;
}

const HANDLER_TASKS = [...TASKS, 'run'] as const;
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *;[\x20-\x7e]*)?$/u;

/** The handler's own options, validated. */
export interface Settings {
  module: string | undefined;
  /** For `loadModule`, which validates them. */
  load: LoadOptions;
  task: PictureTask | ProgramSettings;
  deadlineMarginMs: number;
  pictureBytes: number;
  warmUp: BytesLike | false;
  cors: Cors | undefined;
  healthChecks: boolean;
  logger: Logger | undefined;
  metrics: Required<MetricsOptions> | undefined;
  onInvocation: HandlerOptions['onInvocation'];
}

/** Settings of a handler for pictures. */
export type PictureSettings = Settings & { task: PictureTask };

/**
 * Validates the handler's own options.
 *
 * @throws {WasmEdgeError} ERR_INVALID_ARGUMENT.
 */
export function resolveSettings(options: unknown): Settings {
  const {
    module,
    task,
    topK,
    threshold,
    maxPixels,
    damaged,
    contentType,
    cgi,
    responseStream,
    deadlineMarginMs,
    warmUp = WARM_UP_JPEG,
    cors,
    healthChecks,
    logger,
    metrics,
    onInvocation,
    ...load
  } = options === undefined ? {} : copyOf('options', options);
  const limits = load['limits'] === undefined ? {} : copyOf('limits', load['limits']);
  const pictureBytes = integer('limits.stdinBytes', limits['stdinBytes'], {
    min: 1,
    max: 2 ** 28,
    fallback: DEFAULT_PICTURE_BYTES,
  });
  if (onInvocation !== undefined && typeof onInvocation !== 'function') {
    refuse('onInvocation', 'a function', onInvocation);
  }
  return {
    module: module === undefined ? undefined : nonEmptyText('module', module),
    load: { ...load, limits: { ...limits, stdinBytes: pictureBytes } },
    task:
      task === 'run'
        ? programSettings(
            { contentType, cgi, responseStream, topK, threshold, maxPixels, damaged },
            module,
          )
        : {
            ...pictureTask(
              { task, topK, threshold, contentType, cgi, responseStream },
              load['models'],
            ),
            ...acceptedPictures({ maxPixels, damaged }),
          },
    deadlineMarginMs: integer('deadlineMarginMs', deadlineMarginMs, {
      min: 10,
      max: 60_000,
      fallback: 500,
    }),
    pictureBytes,
    warmUp: warmUp === false ? false : bytes('warmUp', warmUp),
    cors: corsSettings(cors),
    healthChecks: boolean('healthChecks', healthChecks, false),
    logger: loggerSetting(logger),
    metrics: metricsSettings(metrics),
    onInvocation: onInvocation as HandlerOptions['onInvocation'],
  };
}

function programSettings(
  given: Record<
    'contentType' | 'cgi' | 'responseStream' | 'topK' | 'threshold' | 'maxPixels' | 'damaged',
    unknown
  >,
  module: unknown,
): ProgramSettings {
  if (module === undefined) refuse('module', "given if task is 'run'", module);
  for (const name of ['topK', 'threshold', 'maxPixels', 'damaged'] as const) {
    if (given[name] !== undefined) refuse(name, "absent if task is 'run'", given[name]);
  }
  const { contentType = 'text/plain; charset=utf-8' } = given;
  const isType = typeof contentType === 'string' && CONTENT_TYPE.test(contentType);
  return {
    name: 'run',
    contentType: isType
      ? contentType
      : refuse('contentType', "a media type, such as 'application/json'", contentType),
    cgi: boolean('cgi', given.cgi, false),
    responseStream: boolean('responseStream', given.responseStream, false),
  };
}

function pictureTask(
  given: Record<'task' | 'topK' | 'threshold' | 'contentType' | 'cgi' | 'responseStream', unknown>,
  models: unknown,
): PictureTask {
  const { task, topK, threshold } = given;
  for (const name of ['contentType', 'cgi', 'responseStream'] as const) {
    if (given[name] !== undefined) refuse(name, "absent unless task is 'run'", given[name]);
  }
  const name = oneOf('task', task, HANDLER_TASKS, 'classify') as PictureTask['name'];
  if (name === 'classify') {
    if (threshold !== undefined) refuse('threshold', "absent unless task is 'detect'", threshold);
    return { name, topK: integer('topK', topK, { min: 1, max: 1000, fallback: 5 }) };
  }
  if (topK !== undefined) refuse('topK', "absent if task is 'detect'", topK);
  if (models === undefined) {
    refuse('models', "given if task is 'detect': the package includes no detector", models);
  }
  const isShare = (each: unknown): each is number =>
    typeof each === 'number' && each >= 0 && each <= 1;
  if (threshold === undefined) return { name, threshold: 0.5 };
  if (!isShare(threshold)) return refuse('threshold', 'a number from 0 to 1', threshold);
  return { name, threshold };
}

/** The other options are for `loadModule`; each getter is called only once. */
function copyOf(name: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries(entriesOf(name, value));
}

function corsSettings(value: unknown): Cors | undefined {
  if (value === undefined || value === false) return undefined;
  const given = optionsObject('cors', value === true ? {} : value, [
    'origins',
    'headers',
    'maxAgeSeconds',
  ]);
  const { origins = '*', headers = ['content-type', 'accept'] } = given;
  return {
    origins: origins === '*' ? '*' : textList('cors.origins', origins),
    headers: textList('cors.headers', headers),
    maxAgeSeconds: integer('cors.maxAgeSeconds', given.maxAgeSeconds, {
      min: 0,
      max: 86_400,
      fallback: 3600,
    }),
  };
}

function loggerSetting(value: unknown): Logger | undefined {
  if (value === false) return undefined;
  if (value === undefined) return lambdaLogger();
  const isLogger = (each: unknown): each is Logger =>
    typeof each === 'object' &&
    each !== null &&
    ['info', 'warn', 'error'].every((name) => typeof Reflect.get(each, name) === 'function');
  if (isLogger(value)) return value;
  return refuse('logger', "an object with the methods 'info', 'warn' and 'error'", value);
}

function metricsSettings(value: unknown): Required<MetricsOptions> | undefined {
  if (value === undefined) return undefined;
  const { namespace, dimensions } = optionsObject('metrics', value, ['namespace', 'dimensions']);
  const byName = dimensions === undefined ? {} : copyOf('metrics.dimensions', dimensions);
  for (const [name, each] of Object.entries(byName)) {
    nonEmptyText(`metrics.dimensions.${name}`, each);
  }
  const functionName = process.env['AWS_LAMBDA_FUNCTION_NAME'] ?? 'local';
  return {
    namespace: nonEmptyText('metrics.namespace', namespace),
    dimensions:
      dimensions === undefined
        ? { FunctionName: functionName }
        : (byName as Record<string, string>),
  };
}
