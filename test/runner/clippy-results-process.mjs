import { keepResult } from './clippy-results.mjs';

/*
 * node clippy-results-process.mjs known JSON: the folders of crates
 * node clippy-results-process.mjs keep JSON: a result
 */
const [what, json] = process.argv.slice(2);

if (what === 'known') {
  console.log(
    `Clippy has found nothing in the same sources before: ${JSON.parse(json).join(', ')}`,
  );
} else {
  keepResult(JSON.parse(json));
}
