// What `npm run test:unit` runs: tests that neither start processes nor compile for long, as the guests that decode
// pictures do (some seconds), nor need guests that only `npm test` builds. A new file is included unless its name
// matches one of the patterns below.
const others = [
  ...['*-isolation', '*-leaks', '*-random', 'abort', 'addon-*', 'address-space', 'bad-options'],
  ...['bench-*', 'bundle*'],
  ...[
    'cache*',
    'child-*',
    'classification-guest-*',
    'cli-*',
    'cluster',
    'compile-*',
    'concurrency',
    'detection*',
    'entry-points',
  ],
  ...[
    'event-loop',
    'fuel',
    'garbage-collection',
    'hardened-binaries',
    'host-functions-caller',
    'host-functions-ends',
    'hostile-*',
    'infer*',
    'isolation-*',
  ],
  ...['lambda-*', 'large-*', 'lib-rooms', 'memory-*', 'mode', 'model-fetch*'],
  ...[
    'models-damaged',
    'models-real',
    'module-*',
    'nested-operations',
    'native-load',
    'no-home',
    'permission',
    'plugin-*',
  ],
  ...[
    'background',
    'damaged-pictures',
    'guest-stack-programs',
    'lambda-program',
    'model-fit',
    'programs-*',
  ],
  ...['process-end', 'replaced-timers', 'require-*', 'serve-*', 'side-file', 'signals*', 'silence'],
  ...['documentation-code', 'streams*'],
  ...['subprocess-*', 'timeout*', 'traps*', 'untrusted-*', 'wasi-libc-*', 'worker-*'],
];

module.exports = {
  ...require('./.mocharc.json'),
  spec: ['build/test/*.test.js'],
  ignore: others.map((name) => `build/test/${name}.test.js`),
};
