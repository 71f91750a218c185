// The same for `import`: one implementation, so that ES modules and CommonJS share what is loaded.
export * from './index.js';
