import assert from 'node:assert/strict';

import { createHandler } from 'wasmedge-embed/lambda';
import type { HandlerOptions } from 'wasmedge-embed/lambda';

import { CLASSIFIER } from './support/classification.js';
import { fails } from './support/errors.js';
import { EVENT_KINDS, HTTP_KINDS, invoke, lambdaContext } from './support/lambda-events.js';
import { orders, refused, withScriptedGuest } from './support/lambda-handler.js';
import { scriptOutput } from './support/process.js';
import { temporaryPath } from './support/wat.js';

/** A deadline that comes soon, but long after the guest has begun. */
const soon = (): ReturnType<typeof lambdaContext> => lambdaContext(2100);
const HASTY: HandlerOptions = { deadlineMarginMs: 2000, concurrency: 1 };

describe('The Lambda handler', () => {
  const [kind = 'invocation'] = EVENT_KINDS;

  it('goes without a deadline where the context tells none', async () => {
    await withScriptedGuest({}, async (handler) => {
      for (const remaining of [
        undefined,
        7,
        () => NaN,
        () => undefined,
        () => '1',
        () => Infinity,
      ]) {
        const context = { ...lambdaContext(1), getRemainingTimeInMillis: remaining as never };
        assert.equal((await invoke(handler, kind, orders('a'), context)).status, 200);
      }
    });
  });
});

for (const kind of EVENT_KINDS) {
  describe(`When the guest fails, the Lambda handler (${kind})`, () => {
    it('answers with 504 before the deadline, and serves the next', async () => {
      await withScriptedGuest(HASTY, async (handler, records) => {
        const context = soon();
        await refused(handler, kind, orders('l'), 504, /in time/, context);
        assert.ok(context.getRemainingTimeInMillis() > 0, 'Lambda would have stopped it');
        assert.equal(records[0]?.status, 504);
        assert.equal((await invoke(handler, kind, orders('a'))).status, 200);
      });
    });

    it('answers with 504 where the module has a limit of its own', async () => {
      const limits = { timeoutMs: 50 };
      await withScriptedGuest({ ...HASTY, limits }, async (handler) => {
        await refused(handler, kind, orders('l'), 504, /in time/);
        assert.equal((await invoke(handler, kind, orders('a'))).status, 200);
      });
    });

    it('answers with 504 at once where no time is left', async () => {
      await withScriptedGuest(HASTY, async (handler) => {
        await handler.ready;
        await refused(handler, kind, orders('a'), 504, /in time/, lambdaContext(1500));
        assert.equal((await invoke(handler, kind, orders('a'))).status, 200);
      });
    });

    it('answers with 503 and Retry-After where the queue is full, and serves the next', async () => {
      await withScriptedGuest({ ...HASTY, maxQueue: 0 }, async (handler) => {
        await handler.ready;
        const busy = invoke(handler, kind, orders('l'), soon());
        const { headers } = await refused(handler, kind, orders('a'), 503, /try again/);
        assert.equal(headers['retry-after'], '1');
        assert.equal((await busy).status, 504);
        assert.equal((await invoke(handler, kind, orders('a'))).status, 200);
      });
    });

    for (const [what, order, logged] of [
      ['traps', 't', /unreachable/],
      ['exits with a code of its own', 'x\x07', /exit code 7: secret: details/],
      ['prints no JSON', 'p', /JSON/],
    ] as const) {
      it(`answers with 500 where it ${what}, tells the log alone, and serves the next`, async () => {
        await withScriptedGuest({}, async (handler, records) => {
          const request = { ...orders(order), query: { format: 'json' } };
          const { body } = await refused(handler, kind, request, 500, /The log says why/);
          assert.doesNotMatch(body, /secret|unreachable|exit|guest|wasm|\.ts|\.js|token/i);
          assert.match(`${records[0]?.error?.name} ${records[0]?.error?.message}`, logged);
          assert.match(records[0]?.error?.stack ?? '', /\n {4}at /);
          assert.equal((await invoke(handler, kind, orders('a'))).status, 200);
        });
      });
    }

    it("answers with 422 and the guest's words where it exits with 65", async () => {
      await withScriptedGuest({}, async (handler) => {
        await refused(handler, kind, orders('x\x41'), 422, /cannot be decoded: details/);
      });
    });
  });
}

describe('The Lambda handler', () => {
  it('answers with 504 where loading takes too long, and with the picture once it is done', async () => {
    await withScriptedGuest(HASTY, async (handler) => {
      await refused(handler, 'http-api', orders('a'), 504, /in time/, lambdaContext(0));
      await handler.ready;
      assert.equal((await invoke(handler, 'http-api', orders('a'))).status, 200);
    });
  });

  it('needs no context', async () => {
    await withScriptedGuest({}, async (handler) => {
      const answer = await handler({ body: 'ffd8' });
      assert.equal(answer.statusCode, 200);
    });
  });

  const broken: [string, HandlerOptions, Parameters<typeof fails>[0]][] = [
    ['a module that is not there', { module: '/nonexistent.so' }, 'ERR_MODULE_LOAD'],
    ['a module that is none', { module: __filename }, 'ERR_MODULE_INVALID'],
    ['a model that is not there', { models: { default: '/nonexistent.tflite' } }, 'ERR_MODEL'],
    [
      'an option that loadModule does not know',
      { nonsense: 1 } as HandlerOptions,
      'ERR_INVALID_ARGUMENT',
    ],
  ];
  for (const [what, options, code] of broken) {
    it(`rejects ready and each invocation for ${what}, as an error of the function`, async () => {
      const handler = createHandler({ module: CLASSIFIER, logger: false, ...options });
      await fails(code, handler.ready);
      for (const kind of HTTP_KINDS) await fails(code, invoke(handler, kind, orders('a')));
      await handler.close();
    });
  }

  it('rejects ready where the warm-up run fails, with what the guest said', async () => {
    const handler = createHandler({ module: CLASSIFIER, models: {}, logger: false });
    await assert.rejects(handler.ready, /exit code 70: .*model/);
    await handler.close();
  });

  it('lets a failure to load be, where nobody looks', async () => {
    const output = await scriptOutput(
      `import { createHandler } from 'wasmedge-embed/lambda';
       const handler = createHandler({ module: '/nonexistent.so', logger: false });
       await new Promise((resolve) => setTimeout(resolve, 200));
       await handler({ body: 'ffd8' }).catch((error) => console.log(error.code));`,
      { esm: true },
    );
    assert.equal(output, 'ERR_MODULE_LOAD\n');
  });

  it('tries once more with each invocation after a failure to load', async () => {
    const output = await scriptOutput(
      `import { copyFileSync } from 'node:fs';
       import { createHandler } from 'wasmedge-embed/lambda';
       const module = ${JSON.stringify(temporaryPath('late.wasm'))};
       const handler = createHandler({ module, logger: false });
       const code = await handler.ready.catch((error) => error.code);
       copyFileSync(${JSON.stringify(CLASSIFIER)}, module);
       const { statusCode } = await handler({ body: 'ffd8ff' });
       console.log(code, statusCode);
       await handler.close();`,
      { esm: true },
    );
    assert.equal(output, 'ERR_MODULE_LOAD 422\n');
  });

  for (const [what, event] of [
    ['of a queue', { Records: [{ messageId: '1', body: 'ffd8' }] }],
    ['of a bucket', { source: 'aws.s3', 'detail-type': 'Object Created', detail: {} }],
    ['without anything', {}],
    ['that is null', null],
    ['that is a list', []],
    ['that is a text', 'ffd8'],
  ] as const) {
    it(`rejects an event ${what}, so that nothing counts as done`, async () => {
      await withScriptedGuest({}, async (handler) => {
        const error = await fails('ERR_INVALID_ARGUMENT', handler(event as never, lambdaContext()));
        assert.match(error.message, /API Gateway.*Load Balancer.*"body"/);
      });
    });
  }

  it('lets what is under way finish when it is closed, and refuses the rest with 503', async () => {
    await withScriptedGuest(HASTY, async (handler) => {
      await handler.ready;
      const running = invoke(handler, 'http-api', orders('l'), soon());
      const closed = handler.close();
      await refused(handler, 'http-api', orders('a'), 503, /shutting down/);
      assert.equal((await running).status, 504);
      await closed;
      assert.equal(handler.close(), closed);
      await handler[Symbol.asyncDispose]();
    });
  });

  it('can be closed while it loads, and where it could not load', async () => {
    await createHandler({ module: CLASSIFIER, logger: false }).close();
    await createHandler({ module: '/nonexistent', logger: false }).close();
  });

  const wrong: [string, HandlerOptions, RegExp][] = [
    ['module', { module: '' }, /non-empty string/],
    ['topK', { topK: 0 }, /1 to 1000/],
    ['maxPixels', { maxPixels: 0 }, /1 to 4294967296/],
    ['damaged', { damaged: true as never }, /'refuse' or 'accept'/],
    ['damaged', { task: 'run', module: 'x.wasm', damaged: 'accept' }, /absent if task is 'run'/],
    ['deadlineMarginMs', { deadlineMarginMs: 1 }, /10 to 60000/],
    ['warmUp', { warmUp: true as never }, /Buffer/],
    ['cors', { cors: { origin: '*' } as never }, /unknown option 'origin'/],
    ['cors.origins', { cors: { origins: 'https://a.example' as never } }, /array of strings/],
    ['logger', { logger: {} as never }, /'info', 'warn' and 'error'/],
    ['metrics.namespace', { metrics: {} as never }, /string/],
    ['limits.stdinBytes', { limits: { stdinBytes: 0 } }, /1 to/],
    ['onInvocation', { onInvocation: 1 as never }, /function/],
  ];
  for (const [name, options, words] of wrong) {
    it(`throws at once for a wrong ${name}`, async () => {
      const error = await fails('ERR_INVALID_ARGUMENT', () => createHandler(options));
      assert.match(error.message, words);
      assert.ok(error.message.startsWith(name.split('.')[0]!), error.message);
    });
  }
});
