// The same package for `import`: one implementation, so that ES modules and CommonJS share its
// classes.
export * from './index.js';
