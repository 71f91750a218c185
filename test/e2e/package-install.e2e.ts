import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { requireData } from '../support/data.js';
import { LABEL, MANAGERS, PHOTOGRAPH, Project } from '../support/package.js';
import { ROOT } from '../support/paths.js';

const GUEST = `path.join(
  path.dirname(require.resolve('wasmedge-embed/package.json')), 'dist/guest/image-classification.wasm')`;
const MODEL = GUEST.replace('dist/guest/image-classification.wasm', 'models/default/model.tflite');

/** Classifies the given picture with the package's guest and model, and prints the label. */
const CLASSIFY = `
  const module = await loadModule(${GUEST}, {
    models: { default: ${MODEL} },
    args: ['--format', 'json'],
  });
  const { stdout } = await module.run({ stdin: readFileSync(process.argv[2]) });
  await module.close();
  console.log(JSON.parse(stdout).topK[0].label);`;

const REQUIRE = `
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { loadModule } = require('wasmedge-embed');
(async () => {${CLASSIFY}})();`;

const IMPORT = `
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { loadModule } from 'wasmedge-embed';
const require = createRequire(import.meta.url);
${CLASSIFY}`;

/** The first example in README.md, verbatim. */
const EXAMPLE = /```js\n(.+?)```/s.exec(readFileSync(path.join(ROOT, 'README.md'), 'utf8'))?.[1];

const LAMBDA = `
import { readFileSync } from 'node:fs';
import { createHandler } from 'wasmedge-embed/lambda';
const handler = createHandler({ logger: false });
const body = readFileSync(process.argv[2]).toString('hex');
const { statusCode, body: answer } = await handler({ body }, { awsRequestId: '1' });
console.log(statusCode, answer.trim());`;

for (const manager of MANAGERS) {
  describe(`The package, installed by ${manager.name}`, function () {
    this.timeout(300_000);
    let project: Project;

    before(async function () {
      requireData(this);
      project = await Project.install(manager);
    });

    it('classifies by require', async () => {
      assert.equal(await project.script('use.cjs', REQUIRE, PHOTOGRAPH), `${LABEL}\n`);
    });

    it('classifies by import', async () => {
      assert.equal(await project.script('use.mjs', IMPORT, PHOTOGRAPH), `${LABEL}\n`);
    });

    it('classifies by the first example of the README', async () => {
      assert.ok(EXAMPLE);
      const answer = await project.script('example.cjs', EXAMPLE, PHOTOGRAPH);
      assert.match(
        answer,
        new RegExp(`^It is .*likely an? <a href=.*>${LABEL}</a>.*inferenceMs:`, 's'),
      );
    });

    it('classifies in a Lambda handler', async () => {
      const answer = await project.script('lambda.mjs', LAMBDA, PHOTOGRAPH);
      assert.match(answer, new RegExp(`^200 It is .*likely an? <a href=.*>${LABEL}</a>`));
    });

    for (const isolation of ['in-process', 'worker-process', 'subprocess']) {
      it(`classifies by its command, ${isolation}`, async () => {
        const report = await project.command(
          ...['classify', '--isolation', isolation, '--json', PHOTOGRAPH],
        );
        const { results, model } = JSON.parse(report) as {
          model: string;
          results: { topK: { label: string }[] }[];
        };
        assert.equal(results[0]?.topK[0]?.label, LABEL);
        assert.match(model, /wasmedge-embed\/models\/default\/model\.tflite$/);
      });
    }

    // Only Yarn's own TypeScript finds packages in its archives.
    if (manager.runNode) return;
    it('has types that a strict TypeScript project compiles against', async () => {
      const types = readFileSync(path.join(ROOT, 'test', 'types', 'public.mts'), 'utf8');
      await project.manage(...manager.install, 'expect-type@1');
      await project.compile('types.mts', types);
      await project.compile('types.cts', types);
      await assert.rejects(
        project.compile(
          'wrong.mts',
          "import { loadModule } from 'wasmedge-embed';\nawait loadModule('x', { limits: { timeoutMs: '1' } });\n",
        ),
        /wrong\.mts.*TS2322/,
      );
    });
  });
}
