import path from 'node:path';

import { addon } from '../../addon/native.js';
import { bytesOf } from '../../support/disk-usage.js';
import { installPeer } from '../peer-installation.js';

import type { CallsSettings } from './calls-embedded.js';
import type { ExtismSettings } from './calls-extism.js';
import type { CallsKind } from './calls-guest.js';
import { Unavailable } from './definition.js';
import type { Definition } from './definition.js';
import { childCommands } from './run-child.js';

const EXTISM = { name: 'extism', dependencies: { '@extism/extism': '1.0.3' } };

const IN_TURN = 'Each call waits for the previous one.';
const IN_V8 = 'In V8, synchronously: the event loop is blocked during the call.';

/** A thousand calls of a kept instance's export, which does nothing. */
export const instanceCall: Definition[] = [
  embedded('in-process', 'call, in-process, all at once', { how: 'at-once' }),
  embedded('in-process-many', 'callMany, in-process', { how: 'many' }),
  embedded('in-process-in-turn', 'call, in-process, one by one', { how: 'in-turn' }, [IN_TURN]),
  embedded('worker-process', 'call, worker-process, all at once', {
    ...{ isolation: 'worker-process', how: 'at-once' },
  }),
  embedded('worker-process-many', 'callMany, worker-process', {
    ...{ isolation: 'worker-process', how: 'many' },
  }),
  extism('instance-call', [IN_TURN, `${IN_V8} A call passes bytes, here none.`]),
  nodeWasi('instance-call'),
];

/** One call of an export that calls a host function, which does nothing, a thousand times. */
export const hostCall: Definition[] = [
  ...(['in-process', 'worker-process'] as const).map((isolation) =>
    embedded(isolation, isolation, { kind: 'host-call', isolation }, [
      'A fresh instance each time. The guest runs on another thread or in another process, so each call switches threads twice.',
    ]),
  ),
  extism('host-call', [IN_V8]),
  nodeWasi('host-call'),
];

function embedded(
  name: string,
  title: string,
  given: Partial<CallsSettings>,
  notes: string[] = [],
): Definition {
  const settings: CallsSettings = {
    ...{ kind: 'instance-call', isolation: 'in-process', how: 'at-once' },
    ...given,
  };
  return {
    name: `${settings.kind}-${name}`,
    title: `wasmedge-embed: ${title}`,
    workload: settings.kind,
    group: 'embedded',
    notes,
    prepare: async ({ pictures }) => ({
      ...childCommands('calls-embedded.js', settings, pictures),
      versions: { WasmEdge: (await addon().runtime()).version },
      installed: [],
    }),
  };
}

function extism(kind: CallsKind, notes: string[]): Definition {
  return {
    name: `${kind}-extism`,
    title: 'Extism',
    workload: kind,
    group: 'peer',
    notes,
    prepare: async ({ peers, pictures, progress }) => {
      if (!peers) throw new Unavailable('Peers were not requested.');
      const { folder, versions } = await installPeer(EXTISM, progress);
      const settings: ExtismSettings = { kind, folder };
      const files = path.join(folder, 'node_modules', '@extism');
      return {
        ...childCommands('calls-extism.js', settings, pictures),
        versions,
        installed: [{ part: '@extism/extism', bytes: bytesOf(files) }],
      };
    },
  };
}

function nodeWasi(kind: CallsKind): Definition {
  return {
    name: `${kind}-node-wasi`,
    title: 'node:wasi',
    workload: kind,
    group: 'peer',
    notes: [IN_V8],
    prepare: ({ pictures }) =>
      Promise.resolve({
        ...childCommands('calls-node-wasi.js', { kind }, pictures),
        versions: { 'Node.js': process.versions.node },
        installed: [],
      }),
  };
}
