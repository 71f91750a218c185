import assert from 'node:assert/strict';

import { codeBlocks, complaints } from './support/documentation-code.js';
import { pages } from './support/documentation.js';

describe('JavaScript and TypeScript in the documentation', () => {
  it('has functions, options and types that there are', function () {
    this.timeout(120_000);
    const blocks = pages()
      .filter(({ name }) => name !== 'CHANGELOG.md')
      .flatMap(codeBlocks);
    assert.ok(blocks.length > 20, `${blocks.length} blocks`);
    assert.deepEqual(complaints(blocks), []);
  });

  it('is checked', function () {
    this.timeout(120_000);
    const text = [
      "  ```js\n  const { loadModule } = require('wasmedge-embed');",
      "  await loadModule('a.wasm', { isolation: 'thread' });\n  ```",
      "```ts\nawait loadModule('a.wasm', { limit: {} });\nawait module.start();\n```",
      "```js\nimport { createHandlers } from 'wasmedge-embed/lambda';\n```",
      "```sh\nimport 'nothing'\n```",
    ].join('\n');
    const found = complaints(codeBlocks({ name: 'a.md', text }));
    assert.deepEqual(
      found.map((complaint) => /^a\.md:\d+/.exec(complaint)?.[0]),
      ['a.md:3', 'a.md:6', 'a.md:7', 'a.md:10'],
      found.join('\n'),
    );
  });
});
