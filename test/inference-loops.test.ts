import assert from 'node:assert/strict';

import { fails } from './support/errors.js';
import { INFER, requests } from './support/infer.js';
import { ISOLATIONS } from './support/isolations.js';
import { withModule } from './support/run-guest.js';
import { loopModel } from './support/tflite-models.js';
import { elements } from './support/tflite.js';

const { open, run, setInput } = requests;

/** A run on this value. */
const stdinFor = (value: number): Buffer =>
  requests.requestBytes([
    open('loop'),
    setInput({
      ...{ session: 0, input: 0, type: 'float32', shape: [1] },
      content: elements('float32', [value]),
    }),
    run(0, [4]),
  ]);

for (const isolation of ISOLATIONS) {
  describe(`A model whose loop never ends (${isolation})`, () => {
    it('loads, and is stopped by the time limit', async () => {
      const options = { isolation, models: { loop: loopModel() }, limits: { timeoutMs: 2000 } };
      await withModule(INFER, options, async (module) => {
        await fails('ERR_TIMEOUT', module.run({ stdin: stdinFor(0) }));
        const { exitCode, stderr } = await module.run({ stdin: stdinFor(NaN) });
        assert.equal(exitCode, 0, stderr.toString());
      });
    });
  });
}
