import { parallel } from '../../scripts/setup/addon.mjs';

/**
 * The number of processors for checks that alone would leave some idle, while they link or wait for their last test:
 * two of them run in parallel.
 */
export const halfOfProcessors = Math.ceil(parallel / 2);

/** The turn of the checks that build in the tree of the native tests with AddressSanitizer. */
export const clangTree = 'build/native-tests-asan';

/** The turn of the checks that build in the target folder of the guests, which cargo locks. */
export const cargoTree = 'wasm/target';
