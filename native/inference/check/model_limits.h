#pragma once

#include <cstddef>
#include <cstdint>

namespace wasmedge_embed {

/// What a model may ask for. What goes beyond is refused with `Error(kLimit)` and the name that
/// stands beside the member.
///
/// Two presets, because two kinds of people bring models. Who calls this library picks model files
/// as they pick code: they may use any built-in operator of LiteRT. A guest may be anybody's: it
/// gets the operators whose every shape, type and option is checked here (see `operator_check.h`),
/// an allow-list, since LiteRT's kernels trust what the file says and nobody can tell what an
/// unchecked one does with a lie. Both get every other check: damage happens to honest files too.
struct ModelLimits {
  /// "modelBytes": the size of the file.
  uint64_t model_bytes;
  /// "modelSubgraphs", "tensors", "operators": how many there are of each.
  size_t subgraphs;
  size_t tensors;
  size_t operators;
  /// "arguments": inputs and outputs of a graph together, which LiteRT searches one by one.
  size_t arguments;
  /// "modelArithmetic": `ModelSummary::arithmetic` of one run.
  uint64_t arithmetic;
  /// "modelActivationBytes": bytes of what a run writes, sharing memory as its planner shares it
  /// (`MemoryPlan`), and of the tables of pointers that convolutions and pooling make for it.
  uint64_t activation_bytes;
  /// "modelWeightBytes": bytes of the constants (and of what DEQUANTIZE makes of them), each
  /// counted for every operator that uses it, since XNNPACK packs a copy for each.
  uint64_t weight_bytes;
  /// Whether operators without rules of their own, and shapes that depend on values which are known
  /// only at run time, are let through on the strength of the general checks.
  bool unchecked_operators;

  /// For the models that the embedding program loads.
  static constexpr ModelLimits Own() noexcept {
    ModelLimits limits{};
    limits.model_bytes = (uint64_t{1} << 31) - 1;
    limits.subgraphs = 4'096;
    limits.tensors = 262'144;
    limits.operators = 65'536;
    limits.arguments = 4'096;
    limits.arithmetic = 20'000'000'000;
    limits.activation_bytes = uint64_t{4} << 30;
    limits.weight_bytes = uint64_t{8} << 30;
    limits.unchecked_operators = true;
    return limits;
  }

  /// For the models that guests bring.
  static constexpr ModelLimits Guest() noexcept {
    ModelLimits limits{};
    limits.model_bytes = uint64_t{64} << 20;
    limits.subgraphs = 1;
    limits.tensors = 16'384;
    limits.operators = 4'096;
    limits.arguments = 256;
    limits.arithmetic = 5'000'000'000;
    limits.activation_bytes = uint64_t{256} << 20;
    limits.weight_bytes = uint64_t{256} << 20;
    limits.unchecked_operators = false;
    return limits;
  }
};

/// What a run of a model takes, as its shapes tell: upper bounds but for operators without rules,
/// of which only the elements are counted.
struct ModelSummary {
  size_t subgraphs = 0;
  size_t operators = 0;
  size_t tensors = 0;
  /// Of the convolutions and matrix products of one run.
  uint64_t multiply_accumulates = 0;
  /// What the other operators of one run compute or move.
  uint64_t other_elements = 0;
  /// As in `ModelLimits`.
  uint64_t activation_bytes = 0;
  uint64_t weight_bytes = 0;
  /// Whether every operator has passed rules of its own, so that each shape is that of the file.
  bool static_shapes = true;

  /// The work of one run in multiply-accumulates. An element of the other operators counts as 8:
  /// the slow ones of LiteRT's kernels take about 10 ns for it, and a multiply-accumulate takes
  /// them about 1.
  uint64_t arithmetic() const noexcept {
    constexpr uint64_t kPerElement = 8;
    if (other_elements > (UINT64_MAX - multiply_accumulates) / kPerElement) return UINT64_MAX;
    return multiply_accumulates + other_elements * kPerElement;
  }
};

}  // namespace wasmedge_embed
