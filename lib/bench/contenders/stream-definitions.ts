import { addon } from '../../addon/native.js';
import { ISOLATIONS } from '../../module/load-settings.js';
import { wasmedgeProgram } from '../places.js';

import type { Definition } from './definition.js';
import { childCommands } from './run-child.js';

/** A quarter of a gigabyte through a guest that copies. */
export const stream: Definition[] = [
  ...ISOLATIONS.map((isolation): Definition => ({
    name: `stream-${isolation}`,
    title: `wasmedge-embed, ${isolation}`,
    workload: 'stream',
    group: 'embedded',
    prepare: async ({ pictures }) => {
      if (isolation === 'subprocess') await wasmedgeProgram();
      return {
        ...childCommands('stream-embedded.js', { isolation }, pictures),
        versions: { WasmEdge: (await addon().runtime()).version },
        installed: [],
      };
    },
  })),
  {
    name: 'stream-node-wasi',
    title: 'node:wasi with pipes',
    workload: 'stream',
    group: 'peer',
    notes: ['A new process for each run, including its start: it reads and writes descriptors.'],
    prepare: ({ pictures }) =>
      Promise.resolve({
        ...childCommands('stream-node-wasi.js', {}, pictures),
        versions: { 'Node.js': process.versions.node },
        installed: [],
      }),
  },
];
