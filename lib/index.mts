// The same package for `import`: one implementation, so that classes are the same in both worlds.
export * from './index.js';
