import { createRequire } from 'node:module';
import path from 'node:path';

import type * as CacheDirectory from '../../dist/cache-directory.js';
import type * as ModelFetch from '../../dist/model-fetch.js';
import type * as ModelLookup from '../../dist/model-lookup.js';
import type * as Models from '../../dist/models.js';
import type * as ChannelModule from '../../dist/runners/worker-process/channel.js';
import type * as Serve from '../../dist/serve/server.js';
import { ROOT } from './paths.js';

// Parts of the package that are not its public interface.
const load = createRequire(path.join(ROOT, 'dist', 'index.js'));

export const { cacheDirectory } = load('./cache-directory.js') as typeof CacheDirectory;
export const { fetchModel, MODEL_ARCHIVE } = load('./model-fetch.js') as typeof ModelFetch;
export const { findModel, fetchedModelDirectory, MOBILENET, MOBILENET_LABELS } = load(
  './model-lookup.js',
) as typeof ModelLookup;
export const { loadModels, modelSources, readModels } = load('./models.js') as typeof Models;
export const { Channel } = load('./runners/worker-process/channel.js') as typeof ChannelModule;
export const { startServer } = load('./serve/server.js') as typeof Serve;
