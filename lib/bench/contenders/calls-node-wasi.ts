import { CALLS, GUESTS } from './calls-guest.js';
import type { CallsKind } from './calls-guest.js';
import { reactorExports } from './node-wasi-reactor.js';
import type { Mark, Workload } from './workload.js';

export async function create({ kind }: { kind: CallsKind }, mark: Mark): Promise<Workload> {
  const { nothing, thousand } = await reactorExports(GUESTS[kind], {
    env: { nothing: () => undefined },
  });
  mark('load and link the module');
  return {
    run: () => {
      if (kind === 'host-call') thousand?.();
      else for (let call = 0; call < CALLS; call++) nothing?.();
      return Promise.resolve({});
    },
    close: () => Promise.resolve(),
  };
}
