// Applies all plug-ins in a folder to texts.
import { parseArgs } from 'node:util';

import { applyAll, loadPlugins } from './plugins.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { plugins: { type: 'string', default: new URL('build', import.meta.url).pathname } },
});
if (positionals.length === 0) {
  console.error('Usage: node run.mjs [--plugins FOLDER] TEXT…');
  process.exit(2);
}

const plugins = await loadPlugins(values.plugins);
try {
  for (const text of positionals) {
    console.log(
      await applyAll(plugins, text, (name, error) => console.error(`${name}: ${error.code}`)),
    );
  }
} finally {
  await Promise.all(plugins.map((plugin) => plugin.close()));
}
