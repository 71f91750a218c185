import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';

/**
 * The rooms of lib/, from the roof to the ground: each imports from those below it, and from none
 * beside it. At the root are the doors, which nothing inside goes out by.
 */
export const FLOORS = [
  ['cli'],
  ['bench', 'broker', 'bundle', 'doctor', 'serve'],
  ['lambda'],
  ['module'],
  ['runners'],
  ['compile', 'guest', 'host', 'models', 'streams'],
  ['options'],
  ['addon'],
  ['support'],
];

const zones = FLOORS.flatMap((floor, index) =>
  floor.map((room) => ({
    target: `./lib/${room}`,
    from: './lib',
    except: [room, ...FLOORS.slice(index + 1).flat()].map((each) => `./${each}`),
    message: 'Imports go down: see the order of the rooms in eslint.rooms.mjs.',
  })),
);

/** Holds the order of the rooms, types included, and keeps code from importing itself in a circle. */
export default {
  files: ['lib/**/*.ts', 'lib/**/*.mts'],
  ignores: ['lib/serve/page/browser/**'],
  languageOptions: { parser: tseslint.parser },
  plugins: { 'import-x': importX },
  settings: {
    'import-x/extensions': ['.ts', '.mts', '.js'],
    'import-x/resolver-next': [
      createNodeResolver({ extensionAlias: { '.js': ['.ts', '.js'], '.mjs': ['.mts', '.mjs'] } }),
    ],
  },
  rules: {
    'import-x/no-cycle': ['error', { commonjs: true, ignoreExternal: true }],
    'import-x/no-restricted-paths': ['error', { zones }],
    'import-x/no-unresolved': ['error', { commonjs: true, ignore: ['^[^.]'] }],
  },
};
