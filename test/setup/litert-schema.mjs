import path from 'node:path';

import { copyAtomically, sha256OfFile, writeAtomically } from '../../scripts/setup/files.mjs';
import { pinned } from '../../scripts/setup/litert.mjs';
import { cacheFolder, root } from '../../scripts/setup/paths.mjs';
import { takeFromWheel } from '../../scripts/setup/wheel.mjs';

/**
 * flatc's Python output for the schema of this version of LiteRT; the same in the wheels for all
 * processors.
 */
const schema = {
  name: 'ai_edge_litert/schema_py_generated.py',
  sha256: '4e9b3b3017f8ad21244441cc375d9df58fa57ac7561d7010e5f9a635f42a4ac2',
};

const schemaFile = path.join(root, 'build/litert-schema.py');

/**
 * The schema of models from LiteRT's own wheel, with which tests compare native/inference/check/model_schema.*.
 *
 * @type {import('./steps.mjs').Step}
 */
export const liteRtSchema = {
  name: 'litert-schema',
  title: 'The schema of models',

  async run(context, task) {
    if (sha256OfFile(schemaFile) === schema.sha256) return 'up to date';
    const cached = path.join(cacheFolder(), 'litert', pinned.version, 'schema.py');
    if (sha256OfFile(cached) !== schema.sha256) {
      const { package: name, version, pythonVersion } = pinned;
      const { platform, file } = pinned.architectures.x64;
      const wheel = { package: name, version, pythonVersion, platform, file };
      const contents = await takeFromWheel(wheel, { [schema.name]: schema.sha256 }, context, task);
      writeAtomically(cached, contents[schema.name]);
    }
    copyAtomically(cached, schemaFile);
    return undefined;
  },
};
