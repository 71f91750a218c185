/** Each trap of the package, by V8's name. */
const classes = {
  unreachable: ['unreachable'],
  'memory-out-of-bounds': ['memory'],
  'table-out-of-bounds': ['table'],
  'undefined-element': ['table'],
  'uninitialized-element': ['function type'],
  'indirect-call-type-mismatch': ['function type'],
  'divide-by-zero': ['division by zero'],
  'integer-overflow': ['overflow', 'conversion'],
  'invalid-conversion-to-integer': ['conversion'],
};

/**
 * How two engines differ on one call, or on a module.
 *
 * @typedef {object} Difference
 * @property {'verdict' | 'outcome'} of
 * @property {string} between
 * @property {import('./cases.mjs').Case} [call]
 * @property {string} details
 */

/**
 * Whether the engines agree on what a valid module is. V8 supports more than guests may use.
 *
 * @param {object} engines
 * @param {'valid' | 'extended' | 'invalid'} engines.verdict by a validator of all versions' features: of WebAssembly
 *   2.0, of what WasmEdge 0.17 offers beyond that, or of neither
 * @param {string} wasmedge its version
 * @returns {Difference[]}
 */
export function compareVerdicts({ compiled, interpreted, v8, verdict }, wasmedge) {
  const differences = [];
  const add = (between, details) => differences.push({ of: 'verdict', between, details });
  const [ours, other] = [compiled, interpreted].map(({ refusal }) => refusal ?? 'taken');
  // Tail calls are not interpreted.
  if ((ours === 'taken') !== (other === 'taken') && !(verdict === 'extended' && ours === 'taken')) {
    add('compiled and interpreted', `compiled: ${ours}; interpreted: ${other}`);
  }
  const taken = ours === 'taken' || other === 'taken';
  if (taken && v8.refusal) add('WasmEdge and V8', `WasmEdge takes it; V8: ${v8.refusal}`);
  const isOffered =
    verdict === 'valid' || (verdict === 'extended' && !wasmedge.startsWith('0.14.'));
  if (taken && !isOffered) {
    add('WasmEdge and the specification', 'It is taken, and uses what guests may not use.');
  }
  if (!taken && verdict === 'valid' && !v8.refusal) {
    add('WasmEdge and V8', `V8 takes it; WasmEdge: ${ours}`);
  }
  return differences;
}

/**
 * @param {import('./cases.mjs').Case} call
 * @param {Record<'compiled' | 'interpreted' | 'v8', import('./engines.mjs').Outcome>} outcomes
 * @returns {Difference[]}
 */
export function compareOutcomes(call, { compiled, interpreted, v8 }) {
  const differences = [];
  const add = (between, one, other) =>
    differences.push({
      of: 'outcome',
      between,
      call,
      details: `${shown(one)} and ${shown(other)}`,
    });
  if (!agree(compiled, interpreted, isSameTrap)) {
    add('compiled and interpreted', compiled, interpreted);
  }
  if (!agree(compiled, v8, isTrapOfV8)) add('compiled and V8', compiled, v8);
  if (!agree(interpreted, v8, isTrapOfV8)) add('interpreted and V8', interpreted, v8);
  return differences;
}

function agree(one, other, isSame) {
  if (one.kind === 'none' || other.kind === 'none') return true;
  if (one.kind !== other.kind) return false;
  return one.kind === 'value' ? one.value === other.value : isSame(one.trap, other.trap);
}

function isSameTrap(one, other) {
  return one === other;
}

function isTrapOfV8(ours, theirs) {
  return classes[ours]?.includes(theirs) ?? false;
}

function shown(outcome) {
  return outcome.value ?? outcome.trap ?? outcome.reason;
}
