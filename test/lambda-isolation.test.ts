import assert from 'node:assert/strict';

import { invoke, lambdaContext } from './support/lambda-events.js';
import {
  RED,
  encoded,
  orders,
  refused,
  withHandler,
  withScriptedGuest,
} from './support/lambda-handler.js';

for (const isolation of ['in-process', 'worker-process', 'subprocess'] as const) {
  describe(`The Lambda handler with isolation ${isolation}`, () => {
    it('answers, refuses what cannot be decoded, and says where it ran', async () => {
      await withHandler({ isolation, concurrency: 1 }, async (handler, records) => {
        const request = { ...encoded(RED), query: { format: 'json' } };
        const { status, body } = await invoke(handler, 'http-api', request);
        const answer = JSON.parse(body) as { isolation: string; topK: { label: string }[] };
        assert.deepEqual(
          [status, answer.isolation, answer.topK[0]?.label],
          [200, isolation, 'red'],
        );
        await refused(handler, 'http-api', { body: 'ffd8ff' }, 422, /cannot be decoded/);
        assert.deepEqual(
          records.map((record) => [record.status, record.isolation]),
          [
            [200, isolation],
            [422, isolation],
          ],
        );
      });
    });

    it('answers with 504 before the deadline and with 500 after a trap, and goes on', async () => {
      await withScriptedGuest(
        { isolation, concurrency: 1, deadlineMarginMs: 5000 },
        async (handler) => {
          await handler.ready;
          await refused(handler, 'http-api', orders('l'), 504, /in time/, lambdaContext(5500));
          assert.equal((await invoke(handler, 'http-api', orders('a'))).status, 200);
          await refused(handler, 'http-api', orders('t'), 500, /log says why/);
          assert.equal((await invoke(handler, 'http-api', orders('a'))).status, 200);
        },
      );
    });
  });
}
