import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

import rooms from './eslint.rooms.mjs';

export default tseslint.config(
  {
    ignores: ['build/', 'dist/', 'examples/*/assembly/', 'wasm/', 'prebuilds/', '.setup/'],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'tsconfig.json',
          'tsconfig.test.json',
          'lib/serve/page/browser/tsconfig.json',
          'test/types/tsconfig.json',
        ],
      },
    },
    rules: {
      // Numbers and unknown values are at home in messages.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `process.env['NAME']`: TypeScript's own option asks for this form.
      '@typescript-eslint/dot-notation': 'off',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      eqeqeq: 'error',
    },
  },
  rooms,
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/serve/page/browser/**', 'lib/bench/contenders/litert-js.ts'],
    rules: {
      // What is loaded when it is needed: require() works where a test runner has a context of its own
      // (Jest, Vitest's vmThreads), import() does not, and what traces files follows both.
      '@typescript-eslint/no-require-imports': ['error', { allow: ['^\\.', '^node-gyp-build$'] }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ImportExpression', message: 'Load it by require(), typed by import type.' },
        {
          // What Node.js, the addon or the caller made may be of another realm.
          selector:
            "BinaryExpression[operator='instanceof'][right.name=/^(Error|Uint8Array|(Shared)?ArrayBuffer|AbortSignal|Promise|URL|RegExp|Date|Map|Set)$/]",
          message: 'Ask isError() of errors.ts, or types of node:util.',
        },
      ],
    },
  },
  {
    // What may run within a test of somebody else's.
    files: ['lib/**/*.ts'],
    ignores: ['lib/bench/**', 'lib/cli/**', 'lib/serve/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['Immediate', 'Interval', 'Timeout'].flatMap((timer) =>
          ['set', 'clear'].map((verb) => ({
            name: verb + timer,
            // Fake timers never end, jsdom's are plain numbers, and it has no setImmediate.
            message: 'Import it from node:timers: test runners replace the globals.',
          })),
        ),
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'test/**/*.mts'],
    rules: {
      // Tests look at errors of unknown shape and pass wrong values on purpose.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    // In TypeScript the compiler sees to these. The examples have dependencies of their own.
    files: ['**/*.mjs'],
    ignores: ['examples/**'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/extensions': ['.mjs', '.js'] },
    rules: { 'import-x/named': 'error', 'import-x/no-unresolved': 'error' },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: {
        AbortController: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        WebAssembly: 'readonly',
        clearInterval: 'readonly',
        console: 'readonly',
        performance: 'readonly',
        process: 'readonly',
        setImmediate: 'readonly',
        setInterval: 'readonly',
        clearTimeout: 'readonly',
        setTimeout: 'readonly',
      },
    },
  },
);
