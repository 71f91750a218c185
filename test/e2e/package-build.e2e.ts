import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';

import { requireData } from '../support/data.js';
import { LABEL, MANAGERS, PHOTOGRAPH, Project } from '../support/package.js';

const LOAD = `
const { inspectModel } = require('wasmedge-embed');
const path = require('node:path');
const model = path.join(
  path.dirname(require.resolve('wasmedge-embed/package.json')), 'models/default/model.tflite');
inspectModel(model).catch(({ code, message }) => console.log(JSON.stringify({ code, message })));`;

// npm, and a package manager that stores packages elsewhere.
for (const manager of MANAGERS.filter(({ name }) => name === 'npm 11' || name === 'pnpm')) {
  describe(`The package without a prebuild for this system, installed by ${manager.name}`, function () {
    this.timeout(600_000);
    let project: Project;

    before(async function () {
      requireData(this);
      project = await Project.install(manager);
      rmSync(path.join(project.installed, 'prebuilds'), { recursive: true });
    });

    it('says what is missing, and the one command that builds it', async () => {
      const { code, message } = JSON.parse(await project.script('load.cjs', LOAD)) as {
        code: string;
        message: string;
      };
      assert.equal(code, 'ERR_NATIVE_LOAD');
      assert.ok(message.includes(`linux-${process.arch}`), message);
      assert.match(message, /npx wasmedge-embed build$/);
    });

    it('classifies once that command has built it', async () => {
      const said = await project.command('build');
      assert.match(said, /build\/Release\/wasmedge_embed\.node: built and tested in \d+ s\.\n$/);
      assert.ok(existsSync(path.join(project.installed, 'build', 'Release', 'libLiteRt.so')));
      for (const isolation of ['in-process', 'subprocess']) {
        const report = await project.command(
          ...['classify', '--isolation', isolation, '--json', PHOTOGRAPH],
        );
        const { results } = JSON.parse(report) as { results: { topK: { label: string }[] }[] };
        assert.equal(results[0]?.topK[0]?.label, LABEL, isolation);
      }
    });
  });
}
