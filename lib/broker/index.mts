// The same for `import`: one implementation, so that both worlds share what is loaded.
export * from './index.js';
