// sharp alone: from a JPEG to the bytes of the model's input.
import { performance } from 'node:perf_hooks';

import { decoder } from './peer.js';
import type { PeerSettings } from './peer.js';
import type { Answer, Mark, Workload } from './workload.js';

export function create(settings: PeerSettings, mark: Mark): Promise<Workload> {
  const decode = decoder(settings);
  mark('require sharp');
  return Promise.resolve({
    async run(picture: Uint8Array): Promise<Answer> {
      const begin = performance.now();
      await decode(picture);
      return { partsMs: { decode: performance.now() - begin } };
    },
    close: () => Promise.resolve(),
  });
}
