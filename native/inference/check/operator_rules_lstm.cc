#include <algorithm>
#include <cmath>

#include "inference/check/operator_rules.h"
#include "inference/check/tensor.h"

namespace wasmedge_embed::operator_rules {
namespace {

using schema::TensorType;

// The indices of the inputs. The weights of a gate lead to it from the input and from the previous
// output, in the order input, forget, cell and output gate; those of the input gate may be missing.
constexpr size_t kInput = 0;
constexpr size_t kInputWeights[] = {1, 2, 3, 4};
constexpr size_t kRecurrentWeights[] = {5, 6, 7, 8};
constexpr size_t kPeepholes[] = {9, 10, 11};
constexpr size_t kBiases[] = {12, 13, 14, 15};
constexpr size_t kProjectionWeights = 16;
constexpr size_t kProjectionBias = 17;
constexpr size_t kNormalization[] = {20, 21, 22, 23};
constexpr size_t kInputsBeforeNormalization = 20;
constexpr size_t kInputsWithNormalization = 24;

constexpr size_t kIntermediates = 5;
constexpr size_t kHiddenIntermediate = 4;

/// The types of the parts of an LSTM: those of its input and its weights determine the others.
struct Types {
  int8_t weights;
  int8_t peepholes;
  int8_t biases;
  int8_t normalization;
  int8_t cell_state;
};

class LstmChecker {
 public:
  explicit LstmChecker(const OperatorView& view) : view_(view), input_(view.Input(kInput)) {}

  OperatorCost Check() {
    CheckOptions();
    CheckSizes();
    CheckTypes();
    CheckGates();
    CheckProjection();
    CheckState();
    if (is_integer_) CheckIntermediates();
    return Cost();
  }

 private:
  void CheckOptions() const;
  void CheckSizes();
  void CheckTypes();
  void CheckGates() const;
  void CheckProjection() const;
  void CheckState() const;
  void CheckIntermediates() const;
  OperatorCost Cost() const;

  /// Checks a constant with this type and shape, and with a scale if kernels compute with it.
  void CheckConstant(size_t place, int8_t type, const TensorShape& shape) const;
  void CheckWeights(size_t place, const TensorShape& shape) const;
  bool has_input_gate() const { return view_.HasInput(kInputWeights[0]); }
  bool has_peepholes() const { return view_.HasInput(kPeepholes[1]); }
  bool has_projection() const { return view_.HasInput(kProjectionWeights); }
  bool has_normalization() const { return view_.HasInput(kNormalization[1]); }

  const OperatorView& view_;
  const CheckedTensor& input_;
  bool is_integer_ = false;
  Types types_{};
  int64_t batch_ = 0;
  int64_t steps_ = 0;
  int64_t depth_ = 0;
  int64_t cells_ = 0;
  int64_t outputs_ = 0;
};

void LstmChecker::CheckOptions() const {
  const auto activation = view_.Option<int8_t>(0, schema::kNoActivation);
  view_.Require(activation >= schema::kNoActivation && activation <= schema::kFusedTanh,
                "has an activation that is not supported");
  for (const int field : {1, 2}) {
    const auto clip = view_.Option<float>(field, 0);
    view_.Require(std::isfinite(clip) && clip >= 0,
                  "clips at a number that is negative or not finite");
  }
  view_.Require(view_.Option<int8_t>(5, 0) == 0,
                "has diagonal recurrent weights, which are not supported");
}

void LstmChecker::CheckSizes() {
  const size_t count = view_.input_count();
  view_.Require(count == kInputsBeforeNormalization || count == kInputsWithNormalization,
                "has neither 20 nor 24 inputs");
  const CheckedTensor& weights = view_.Input(kInputWeights[3]);
  const CheckedTensor& recurrent = view_.Input(kRecurrentWeights[3]);
  view_.Require(
      input_.shape.rank() == 3 && weights.shape.rank() == 2 && recurrent.shape.rank() == 2,
      "needs an input of 3 dimensions and weights of 2");
  const bool time_comes_first = view_.Option<int8_t>(3, 0) != 0;
  batch_ = input_.shape[time_comes_first ? 1 : 0];
  steps_ = input_.shape[time_comes_first ? 0 : 1];
  depth_ = input_.shape[2];
  cells_ = weights.shape[0];
  outputs_ = recurrent.shape[1];
  // Without a projection, kernels copy as many cells as there are outputs; with one, they use the
  // cells' memory for the outputs.
  view_.Require(has_projection() ? outputs_ <= cells_ : outputs_ == cells_,
                "has a number of outputs that does not match its cells");
}

void LstmChecker::CheckTypes() {
  view_.RequireType(input_, {TensorType::kFloat32, TensorType::kInt8});
  is_integer_ = input_.type == TensorType::kInt8;
  const int8_t weights = view_.Input(kInputWeights[3]).type;
  if (is_integer_) {
    types_ = {TensorType::kInt8, TensorType::kInt16, TensorType::kInt32, TensorType::kInt16,
              TensorType::kInt16};
  } else {
    view_.RequireType(view_.Input(kInputWeights[3]), {TensorType::kFloat32, TensorType::kInt8});
    types_ = {weights, weights, TensorType::kFloat32, TensorType::kFloat32, TensorType::kFloat32};
  }
  view_.RequireQuantized(input_);
}

void LstmChecker::CheckConstant(size_t place, int8_t type, const TensorShape& shape) const {
  const CheckedTensor& tensor = view_.Input(place);
  view_.RequireType(tensor, {type});
  view_.RequireShape(tensor, shape);
  view_.RequireQuantized(tensor);
}

void LstmChecker::CheckWeights(size_t place, const TensorShape& shape) const {
  CheckConstant(place, types_.weights, shape);
  const CheckedTensor& tensor = view_.Input(place);
  view_.Require(!tensor.quantized() || tensor.zero_point() == 0,
                "has weights whose zero point is not 0");
}

void LstmChecker::CheckGates() const {
  for (size_t gate = 0; gate < std::size(kInputWeights); ++gate) {
    const bool is_input_gate = gate == 0;
    const bool is_given = !is_input_gate || has_input_gate();
    for (const size_t place : {kRecurrentWeights[gate], kBiases[gate]}) {
      view_.Require(view_.HasInput(place) == is_given, "has an incomplete input gate");
    }
    view_.Require(view_.HasInput(kNormalization[gate]) == (is_given && has_normalization()),
                  "normalizes only some of its gates");
    if (!is_given) continue;
    CheckWeights(kInputWeights[gate], {cells_, depth_});
    CheckWeights(kRecurrentWeights[gate], {cells_, outputs_});
    CheckConstant(kBiases[gate], types_.biases, {cells_});
    if (has_normalization()) {
      CheckConstant(kNormalization[gate], types_.normalization, {cells_});
    }
  }
  for (size_t i = 0; i < std::size(kPeepholes); ++i) {
    const bool is_expected = has_peepholes() && (i != 0 || has_input_gate());
    view_.Require(view_.HasInput(kPeepholes[i]) == is_expected,
                  "has only some of its peephole weights");
    if (is_expected) CheckConstant(kPeepholes[i], types_.peepholes, {cells_});
  }
}

void LstmChecker::CheckProjection() const {
  view_.Require(has_projection() || !view_.HasInput(kProjectionBias),
                "has a projection bias but no projection");
  if (!has_projection()) return;
  CheckWeights(kProjectionWeights, {outputs_, cells_});
  if (view_.HasInput(kProjectionBias)) CheckConstant(kProjectionBias, types_.biases, {outputs_});
}

void LstmChecker::CheckState() const {
  const CheckedTensor& output_state = view_.Input(kLstmOutputState);
  const CheckedTensor& cell_state = view_.Input(kLstmCellState);
  const CheckedTensor& output = view_.Output(0);
  view_.RequireType(output_state, {input_.type});
  view_.RequireType(cell_state, {types_.cell_state});
  view_.RequireType(output, {input_.type});
  for (const CheckedTensor* tensor : {&output_state, &cell_state, &output}) {
    view_.RequireQuantized(*tensor);
  }
  view_.Require(&output_state != &cell_state, "has one variable for both of its states");
  view_.RequireShape(output_state, {batch_, outputs_});
  view_.RequireShape(cell_state, {batch_, cells_});
  TensorShape expected = input_.shape;
  expected.Set(2, outputs_);
  view_.RequireShape(output, expected);
  if (!is_integer_) return;
  // Kernels shift by the rest of 15 bits.
  constexpr double kTolerance = 1e-3;
  constexpr double kLeast = -15;
  constexpr double kMost = -9;
  const double power = std::log2(cell_state.scale());
  view_.Require(std::abs(power - std::round(power)) < kTolerance && std::round(power) >= kLeast &&
                    std::round(power) <= kMost,
                "has a cell state whose scale is not a power of two from 2^-15 to 2^-9");
}

void LstmChecker::CheckIntermediates() const {
  const auto& intermediates = view_.intermediates();
  view_.Require(intermediates.size() == kIntermediates, "needs 5 intermediate tensors");
  for (size_t i = 0; i < kIntermediates; ++i) {
    const bool is_needed = i == kHiddenIntermediate || has_normalization();
    if (!is_needed) continue;
    view_.Require(intermediates[i] != nullptr && intermediates[i]->quantized(),
                  "needs a scale for its intermediate results");
    const float scale = intermediates[i]->scale();
    view_.Require(scale >= 0x1p-40F && scale <= 0x1p40F, "has an intermediate scale out of range");
  }
}

OperatorCost LstmChecker::Cost() const {
  constexpr uint64_t kGateWork = 24;
  constexpr uint64_t kSumBytes = 80;
  constexpr uint64_t kSpareCells = 16;
  constexpr uint64_t kGates = 5;
  const auto batch = static_cast<uint64_t>(batch_);
  const auto cells = static_cast<uint64_t>(cells_);
  const uint64_t runs = batch * static_cast<uint64_t>(steps_);
  uint64_t weights = has_projection() ? view_.Input(kProjectionWeights).elements : 0;
  for (const size_t place : {1, 2, 3, 4, 5, 6, 7, 8}) {
    if (view_.HasInput(place)) weights += view_.Input(place).elements;
  }
  OperatorCost cost;
  // Each is below 2^62: tensors have at most 2^31 bytes.
  cost.multiply_accumulates = runs * weights;
  cost.other_elements = runs * cells * kGateWork;
  // Sums of the rows of the weights: eight, and that of the projection.
  cost.kept_bytes = kSumBytes * cells;
  const uint64_t scratch = batch * (kGates * cells + kSpareCells) * sizeof(float);
  view_.Require(scratch <= kMaximumTensorBytes, "needs more than 2 GiB while it runs");
  // Quantized copies of the input and the state, and sums.
  cost.temporary_bytes = scratch + input_.elements + 2 * batch * cells +
                         (batch + 1) * (cells + kGates) * sizeof(int32_t);
  return cost;
}

}  // namespace

OperatorCost UnidirectionalSequenceLstm(const OperatorView& view) {
  return LstmChecker(view).Check();
}

}  // namespace wasmedge_embed::operator_rules
