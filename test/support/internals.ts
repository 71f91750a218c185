import { createRequire } from 'node:module';
import path from 'node:path';

import type * as Native from '../../dist/addon/native.js';
import type * as BundledPackages from '../../dist/bundle/packages.js';
import type * as AotCache from '../../dist/compile/aot-cache.js';
import type * as Failures from '../../dist/compile/compile-failures.js';
import type * as Optimization from '../../dist/compile/optimization.js';
import type * as CompileTurn from '../../dist/compile/compile-turn.js';
import type * as GuestMemoryModule from '../../dist/host/guest-memory.js';
import type * as Cors from '../../dist/lambda/cors.js';
import type * as LambdaPicture from '../../dist/lambda/picture.js';
import type * as LambdaProblem from '../../dist/lambda/problem.js';
import type * as Representation from '../../dist/lambda/representation.js';
import type * as LambdaRequest from '../../dist/lambda/request.js';
import type * as LoadedModules from '../../dist/module/loaded-module.js';
import type * as ModelFetch from '../../dist/models/model-fetch.js';
import type * as ModelLookup from '../../dist/models/model-lookup.js';
import type * as Models from '../../dist/models/models.js';
import type * as FlatBuffer from '../../dist/models/tflite/flat-buffer.js';
import type * as Moving from '../../dist/runners/in-process-streams.js';
import type * as Limits from '../../dist/options/limits.js';
import type * as Answers from '../../dist/runners/worker-process/answers.js';
import type * as ChannelModule from '../../dist/runners/worker-process/channel.js';
import type * as Pool from '../../dist/runners/worker-process/pool.js';
import type * as Forwarding from '../../dist/runners/worker-process/forwarded-streams.js';
import type * as HeldStreamsModule from '../../dist/runners/worker-process/held-streams.js';
import type * as LaneModule from '../../dist/runners/worker-process/lane.js';
import type * as Sources from '../../dist/streams/input-source.js';
import type * as Sinks from '../../dist/streams/output-sink.js';
import type * as Streams from '../../dist/streams/run-streams.js';
import type * as Serve from '../../dist/serve/server.js';
import type * as BoundedJson from '../../dist/support/bounded-json.js';
import type * as CacheDirectory from '../../dist/support/cache-directory.js';
import type * as Demangle from '../../dist/support/demangle/index.js';
import type * as GuestStack from '../../dist/support/guest-stack.js';
import type * as Printable from '../../dist/support/printable.js';

import { ROOT } from './paths.js';

// Parts of the package that are not its public interface.
const load = createRequire(path.join(ROOT, 'dist', 'index.js'));

export const { LoadedModule } = load('./module/loaded-module.js') as typeof LoadedModules;
export const { resolveLimits } = load('./options/limits.js') as typeof Limits;
export const { RunStreams } = load('./streams/run-streams.js') as typeof Streams;
export const { addon } = load('./addon/native.js') as typeof Native;
export const { parseBoundedJson } = load('./support/bounded-json.js') as typeof BoundedJson;
export const { copyPackages } = load('./bundle/packages.js') as typeof BundledPackages;
export const { cacheDirectory } = load('./support/cache-directory.js') as typeof CacheDirectory;
export const { keepCompiled } = load('./compile/aot-cache.js') as typeof AotCache;
export const { CompileFailures } = load('./compile/compile-failures.js') as typeof Failures;
export const { QUICK_CODE_BYTES, hasMuchCode } = load(
  './compile/optimization.js',
) as typeof Optimization;
export const { inTurn } = load('./compile/compile-turn.js') as typeof CompileTurn;
export const { fetchModel, MODEL_ARCHIVE } = load('./models/model-fetch.js') as typeof ModelFetch;
export const { findModel, fetchedModelDirectory, MOBILENET, MOBILENET_LABELS } = load(
  './models/model-lookup.js',
) as typeof ModelLookup;
export const { loadModels, modelSources, readModels } = load('./models/models.js') as typeof Models;
export const { Table, sourceOf } = load('./models/tflite/flat-buffer.js') as typeof FlatBuffer;
export type Table = FlatBuffer.Table;
export const { demangled } = load('./support/demangle/index.js') as typeof Demangle;
export const { placeOf, receivedStack, toldStack } = load(
  './support/guest-stack.js',
) as typeof GuestStack;
export const { printable } = load('./support/printable.js') as typeof Printable;
export type { NativeModule } from '../../dist/addon/native.js';
export const { InProcessStreams } = load('./runners/in-process-streams.js') as typeof Moving;
export const { inputSource } = load('./streams/input-source.js') as typeof Sources;
export const { destination } = load('./streams/output-sink.js') as typeof Sinks;
export const { HeldStreams } = load(
  './runners/worker-process/held-streams.js',
) as typeof HeldStreamsModule;
export const { HeldLane, StreamLane } = load(
  './runners/worker-process/lane.js',
) as typeof LaneModule;
export const { ForwardedStreams } = load(
  './runners/worker-process/forwarded-streams.js',
) as typeof Forwarding;
export type { HostCallPort } from '../../dist/host/caller.js';
export type { HostCallReceiver } from '../../dist/host/host-functions.js';
export type { WorkerStart } from '../../dist/runners/worker-process/worker.js';
export const { readAnswer } = load('./runners/worker-process/answers.js') as typeof Answers;
export const { WorkerPool } = load('./runners/worker-process/pool.js') as typeof Pool;
export const { Channel } = load('./runners/worker-process/channel.js') as typeof ChannelModule;
export const { startServer } = load('./serve/server.js') as typeof Serve;
export const { readRequest } = load('./lambda/request.js') as typeof LambdaRequest;
export const { pictureOf } = load('./lambda/picture.js') as typeof LambdaPicture;
export const { representationOf } = load('./lambda/representation.js') as typeof Representation;
export const { corsHeaders } = load('./lambda/cors.js') as typeof Cors;
export const { Problem } = load('./lambda/problem.js') as typeof LambdaProblem;
export type { MemoryOperations } from '../../dist/host/guest-memory.js';
export const { SlicedGuestMemory, outsideOfMemory } = load(
  './host/guest-memory.js',
) as typeof GuestMemoryModule;
export type SlicedGuestMemory = GuestMemoryModule.SlicedGuestMemory;
