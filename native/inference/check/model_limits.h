#pragma once

#include <cstddef>
#include <cstdint>

namespace wasmedge_embed {

/// The limits of a model. Exceeding one is rejected with `Error(kLimit)` and the name given for the
/// member.
///
/// There are two presets, because two kinds of people provide models. Users of this library choose
/// model files like code: they may use any built-in operator of LiteRT. A guest may belong to
/// anybody: it gets the operators whose shapes, types and options are all checked here (see
/// `operator_check.h`). This is an allow-list, since LiteRT's kernels trust what the file says and
/// nobody can predict what an unchecked one does with wrong data. All other checks apply to both:
/// honest files can be damaged too.
struct ModelLimits {
  /// "modelBytes": the size of the file.
  uint64_t model_bytes;
  /// "modelSubgraphs", "tensors", "operators": the number of each.
  size_t subgraphs;
  size_t tensors;
  size_t operators;
  /// "arguments": inputs and outputs of a graph together, which LiteRT searches linearly.
  size_t arguments;
  /// "modelArithmetic": `ModelSummary::arithmetic` of one run.
  uint64_t arithmetic;
  /// "modelActivationBytes": bytes written by a run, shared as in TensorFlow Lite's planner
  /// (`MemoryPlan`), plus the pointer tables that convolutions and pooling create for it.
  uint64_t activation_bytes;
  /// "modelWeightBytes": bytes of the constants (and of what DEQUANTIZE makes of them), counted for
  /// each operator that uses them, since XNNPACK packs a copy for each.
  uint64_t weight_bytes;
  /// Whether operators without their own rules, and shapes that depend on values known only at run
  /// time, are accepted on the basis of the general checks.
  bool unchecked_operators;

  /// For models loaded by the embedding program.
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

  /// For models provided by guests.
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

/// The cost of a run of a model, according to the shapes in its file: upper bounds if
/// `static_shapes`, otherwise estimates.
struct ModelSummary {
  size_t subgraphs = 0;
  size_t operators = 0;
  size_t tensors = 0;
  /// For the convolutions and matrix products of one run.
  uint64_t multiply_accumulates = 0;
  /// Elements that the other operators of one run compute or move.
  uint64_t other_elements = 0;
  /// As in `ModelLimits`.
  uint64_t activation_bytes = 0;
  uint64_t weight_bytes = 0;
  /// Whether every operator has passed its own rules, so that each shape is that of the file.
  bool static_shapes = true;

  /// The work of one run in multiply-accumulates. An element of the other operators counts as 8:
  /// LiteRT's slow kernels take about 10 ns for it, and about 1 ns for a multiply-accumulate.
  uint64_t arithmetic() const noexcept {
    constexpr uint64_t kPerElement = 8;
    if (other_elements > (UINT64_MAX - multiply_accumulates) / kPerElement) return UINT64_MAX;
    return multiply_accumulates + other_elements * kPerElement;
  }
};

}  // namespace wasmedge_embed
