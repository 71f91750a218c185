import { bigModule } from './big-module-definitions.js';
import * as calls from './calls-definitions.js';
import { compute } from './compute-definitions.js';
import { decode } from './decode-definitions.js';
import type { Definition } from './definition.js';
import * as embedded from './embedded-definitions.js';
import * as native from './native-definitions.js';
import * as original from './original-definition.js';
import * as peer from './peer-definitions.js';
import * as snapshots from './snapshot-definitions.js';
import { stream } from './stream-definitions.js';

/** All contenders, in the order of reports. */
export const definitions: readonly Definition[] = [
  ...embedded.classification,
  ...original.classification,
  ...native.classification,
  ...peer.classification,
  ...embedded.trivial,
  ...original.trivial,
  ...calls.instanceCall,
  ...calls.hostCall,
  ...snapshots.snapshot,
  ...compute,
  ...stream,
  ...bigModule,
  ...native.inference,
  ...decode,
];
