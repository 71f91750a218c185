#pragma once

#include <cstddef>
#include <cstdint>

#include "inference/check/operator_check.h"

namespace wasmedge_embed {

/// The rule for an allowed operator.
struct OperatorRule {
  int32_t code;
  uint8_t options_type;
  bool needs_options;
  size_t minimum_inputs;
  size_t maximum_inputs;
  size_t minimum_outputs;
  size_t maximum_outputs;
  /// Inputs whose values the rule reads, so they must be constants; sets of inputs are bits.
  uint32_t parameters;
  /// Inputs that are the same in every run, whatever their values.
  uint32_t weights;
  /// Inputs that may be missing: kernels access all others without checking.
  uint32_t optional;
  OperatorCost (*check)(const OperatorView& view);
  /// Whether the host's models may also use the operator in other ways, like operators without a
  /// rule.
  bool for_guests = false;
  /// Inputs that are variables; no others may be.
  uint32_t variables = 0;

  static constexpr bool Contains(uint32_t inputs, size_t input) noexcept {
    return input < 32 && (inputs >> input & 1) != 0;
  }
};

/// The rule for a built-in operator; null if there is none.
const OperatorRule* FindRule(int32_t code) noexcept;

}  // namespace wasmedge_embed
