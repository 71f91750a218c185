#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/check/model_limits.h"

namespace wasmedge_embed {

/// Rejects a model that could harm LiteRT, which trusts what it reads: a mutated file crashes it or
/// keeps it busy forever. Everything that LiteRT looks at is checked first, in time that does not
/// depend on the size of the weights:
///
/// - the FlatBuffer: every offset, length, string and alignment (`ModelFile`);
/// - the tensors: types, shapes, overflow, constants of exactly the size of their shape, lists of
///   scales and zero points that match the shape, scales finite and above 0 (`CheckTensors`);
/// - the graph: indices, operators in an order in which their inputs are available, each tensor
///   written only once, and no constant or input written;
/// - the operators: counts, types, options, and the output shapes that follow from them
///   (`CheckOperator`);
/// - the work: `ModelLimits`.
///
/// Not supported, and rejected by name: custom operators, control flow, variables, resources,
/// strings, sparse tensors, StableHLO, and data outside the FlatBuffer.
///
/// Throws `Error(kModel)` with the reason, `Error(kLimit)`, `std::bad_alloc`.
ModelSummary CheckModel(const uint8_t* bytes, size_t size, const ModelLimits& limits);

/// The same limits for a model that has passed the check, using only its summary: for a known model
/// that was accepted with other limits. Throws `Error(kLimit)`.
void RequireWithin(const ModelSummary& summary, const ModelLimits& limits);

}  // namespace wasmedge_embed
