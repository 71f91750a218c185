#pragma once

#include "inference/run/tflite_api.h"

namespace wasmedge_embed {

/// Checks operands of TensorFlow Lite's kernels that the kernels themselves do not check, or not
/// completely, before each run of an operator: permutations, lengths, crops, positions of slices
/// and shapes. If these are inputs of the graph or computed from them, a guest chooses them, and a
/// kernel reads what lies next to a tensor, leaves parts of its result unwritten or ends the
/// process.
///
/// It replaces the kernel's function in the registration that each operator of a graph has of its
/// own.
class OperandGuard {
 public:
  OperandGuard() = default;
  OperandGuard(const OperandGuard&) = delete;
  OperandGuard& operator=(const OperandGuard&) = delete;

  /// Guards this operator, if its kernel needs it. False if that is impossible.
  bool Watch(litert::tflite::Registration* registration);

  /// While one exists, this thread runs graphs that `guard` guards; null for none.
  class Guarding {
   public:
    explicit Guarding(const OperandGuard* guard) noexcept;
    ~Guarding();
    Guarding(const Guarding&) = delete;
    Guarding& operator=(const Guarding&) = delete;
  };

 private:
  using Invoke = litert::tflite::Status (*)(litert::tflite::Context*, litert::tflite::Node*);
  static constexpr int kKinds = 7;

  template <int kind>
  static litert::tflite::Status CheckAndInvoke(litert::tflite::Context* context,
                                               litert::tflite::Node* node) noexcept;

  /// TensorFlow Lite's own functions.
  Invoke invoke_[kKinds] = {};
};

}  // namespace wasmedge_embed
