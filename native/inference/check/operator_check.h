#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "inference/check/model_limits.h"
#include "inference/check/model_reader.h"
#include "inference/check/model_schema.h"
#include "inference/check/tensor_check.h"

namespace wasmedge_embed {

/// Whether kernels compute with the scale of such a tensor.
constexpr bool IsScaled(int8_t type) noexcept {
  return type == schema::kUint8 || type == schema::kInt8 || type == schema::kInt16;
}

/// The view of a rule: an operator and its tensors.
class OperatorView {
 public:
  OperatorView(const FileOperator& op, std::string label, std::vector<const CheckedTensor*> inputs,
               std::vector<const CheckedTensor*> outputs,
               std::vector<const CheckedTensor*> intermediates) noexcept
      : operator_(op),
        label_(std::move(label)),
        inputs_(std::move(inputs)),
        outputs_(std::move(outputs)),
        intermediates_(std::move(intermediates)) {}

  size_t input_count() const noexcept { return inputs_.size(); }
  size_t output_count() const noexcept { return outputs_.size(); }
  /// Whether the optional input is present.
  bool HasInput(size_t index) const noexcept {
    return index < inputs_.size() && inputs_[index] != nullptr;
  }
  /// Throws if the operator lacks the input.
  const CheckedTensor& Input(size_t index) const;
  const CheckedTensor& Output(size_t index) const { return *outputs_[index]; }
  /// Tensors of which kernels only read the quantization; null for a missing one.
  const std::vector<const CheckedTensor*>& intermediates() const noexcept { return intermediates_; }

  /// The option with this number in the schema, or `otherwise` if it is missing in the file.
  template <typename T>
  T Option(int field, T otherwise) const {
    return operator_.options
               ? operator_.options->Scalar<T>(field, otherwise, "an operator's option")
               : otherwise;
  }
  FlatVector<int32_t> VectorOption(int field) const;

  /// Throws `Error(kModel)`: "The model's operator 3 (CONV_2D) " and the reason.
  [[noreturn]] void Refuse(const std::string& reason) const;
  void Require(bool holds, const char* reason) const {
    if (!holds) Refuse(reason);
  }
  void RequireType(const CheckedTensor& tensor, std::initializer_list<int8_t> types) const;
  void RequireShape(const CheckedTensor& tensor, const TensorShape& expected) const;
  /// If the type `IsScaled`: one scale for the whole tensor, from 2^-40 to 2^40. Beyond that,
  /// products and quotients of scales leave the range of a float, and kernels use the results as
  /// indices.
  void RequireQuantized(const CheckedTensor& tensor) const;
  /// The elements of a constant of INT32 or INT64, `minimum` to `maximum` of them, each within 32
  /// bits.
  std::vector<int64_t> Integers(size_t input, size_t minimum, size_t maximum) const;
  /// The index of a dimension, counted from the end if negative, below `rank`.
  size_t Axis(int64_t axis, size_t rank) const;

 private:
  const FileOperator& operator_;
  std::string label_;
  std::vector<const CheckedTensor*> inputs_;
  std::vector<const CheckedTensor*> outputs_;
  std::vector<const CheckedTensor*> intermediates_;
};

/// The cost of running an operator.
struct OperatorCost {
  uint64_t multiply_accumulates = 0;
  /// Elements that it computes or moves in another way.
  uint64_t other_elements = 0;
  /// Bytes that it keeps between runs, in addition to its outputs.
  uint64_t kept_bytes = 0;
  /// Bytes that it needs while it runs.
  uint64_t temporary_bytes = 0;
  /// Whether no rule has checked it.
  bool unchecked = false;
};

/// Checks one operator of the built-in `code` and returns its cost. Throws `Error(kModel)` for
/// unsupported operators, for those without a rule unless the limits allow them, and for those that
/// break their rule.
OperatorCost CheckOperator(const OperatorView& view, const FileOperator& op, int32_t code,
                           const ModelLimits& limits);

}  // namespace wasmedge_embed
