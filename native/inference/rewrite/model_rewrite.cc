#include "inference/rewrite/model_rewrite.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "base/error.h"
#include "inference/check/model_check.h"
#include "inference/check/model_limits.h"
#include "inference/check/model_reader.h"
#include "inference/check/model_schema.h"
#include "inference/rewrite/rewrite_plan.h"
#include "inference/rewrite/weight_rewrite.h"

namespace wasmedge_embed {
namespace {

/// Plans operator by operator. The functions throw `LeftAsItIs`.
class Rewriter {
 public:
  Rewriter(const uint8_t* bytes, size_t size, const ModelFile& file)
      : plan_(bytes, size, file), weights_(plan_), versions_(file.operator_codes().size()) {}

  RewrittenModel Rewrite();

 private:
  struct Lowering {
    int32_t code;
    /// The first version of the operator that supports int8.
    int32_t version;
    void (Rewriter::*plan)(const FileOperator& op);
  };
  static const Lowering kLowerings[];

  void PlanOperator(const FileOperator& op);
  void PlanPlain(const FileOperator& op);
  void PlanAlike(const FileOperator& op);
  void PlanProbabilities(const FileOperator& op);
  void PlanConvolution(const FileOperator& op) { PlanWeighted(op, 0); }
  void PlanDepthwise(const FileOperator& op) { PlanWeighted(op, 3); }
  void PlanWeighted(const FileOperator& op, size_t dimension);
  void PlanActivation(int32_t index);
  void PlanUnusedArguments();
  void RaiseVersion(const FileOperatorCode& code, int32_t version);

  RewritePlan plan_;
  WeightRewrite weights_;
  /// For each operator code: the minimum version required for its operators in int8; 0 for any.
  std::vector<int32_t> versions_;
};

// Operators by code, as far as the kernels for uint8 and for int8 agree.
const Rewriter::Lowering Rewriter::kLowerings[] = {
    {schema::kAdd, 2, &Rewriter::PlanPlain},
    {schema::kAveragePool2d, 2, &Rewriter::PlanAlike},
    {schema::kConcatenation, 2, &Rewriter::PlanAlike},
    {schema::kConv2d, 3, &Rewriter::PlanConvolution},
    {schema::kDepthwiseConv2d, 3, &Rewriter::PlanDepthwise},
    {schema::kDequantize, 2, &Rewriter::PlanPlain},
    // 12 is the first version with a scale for each channel.
    {schema::kFullyConnected, 12, &Rewriter::PlanConvolution},
    {schema::kLogistic, 2, &Rewriter::PlanProbabilities},
    {schema::kMaxPool2d, 2, &Rewriter::PlanAlike},
    {schema::kRelu, 2, &Rewriter::PlanPlain},
    {schema::kReshape, 1, &Rewriter::PlanAlike},
    {schema::kRelu6, 2, &Rewriter::PlanPlain},
    {schema::kSoftmax, 2, &Rewriter::PlanProbabilities},
    {schema::kPad, 2, &Rewriter::PlanAlike},
    {schema::kMean, 2, &Rewriter::PlanPlain},
    {schema::kSqueeze, 1, &Rewriter::PlanAlike},
    {schema::kQuantize, 2, &Rewriter::PlanPlain},
};

RewrittenModel Rewriter::Rewrite() {
  for (const FileOperator& op : plan_.graph().operators) PlanOperator(op);
  PlanUnusedArguments();
  if (!plan_.HasActivations()) LeaveAsItIs("has nothing that is quantized to uint8");
  plan_.RequireUnshared();
  for (size_t index = 0; index < versions_.size(); ++index) {
    RaiseVersion(plan_.file().operator_codes()[index], versions_[index]);
  }
  RewrittenModel rewritten;
  rewritten.bytes = plan_.Apply();
  rewritten.channels = weights_.channels();
  rewritten.inexact_channels = weights_.inexact_channels();
  for (const int32_t input : plan_.graph().inputs) {
    rewritten.input_copies.push_back(weights_.CopiesOf(static_cast<size_t>(input)));
  }
  return rewritten;
}

void Rewriter::PlanOperator(const FileOperator& op) {
  const int32_t code = plan_.Code(op);
  const auto* lowering = std::find_if(std::begin(kLowerings), std::end(kLowerings),
                                      [code](const Lowering& each) { return each.code == code; });
  if (lowering == std::end(kLowerings)) {
    LeaveAsItIs("has an operator that is not rewritten, " + plan_.Label(op));
  }
  bool has_uint8 = false;
  for (const FlatVector<int32_t>& list : {op.inputs, op.outputs}) {
    for (const int32_t index : list) {
      if (index < 0) continue;
      const int8_t type = plan_.Tensor(index).type;
      if (type == schema::kInt8 || type == schema::kInt16) {
        LeaveAsItIs("already has tensors of " + schema::TensorTypeName(type) + ", at its " +
                    plan_.Label(op));
      }
      has_uint8 = has_uint8 || type == schema::kUint8;
    }
  }
  if (!has_uint8) return;
  (this->*lowering->plan)(op);
  versions_[op.code_index] = std::max(versions_[op.code_index], lowering->version);
}

/// Kernels for int8 treat each number like those for uint8.
void Rewriter::PlanPlain(const FileOperator& op) {
  for (const FlatVector<int32_t>& list : {op.inputs, op.outputs}) {
    for (const int32_t index : list) {
      if (plan_.IsUint8(index)) PlanActivation(index);
    }
  }
}

/// Kernels for int8 pass numbers on unchanged, where those for uint8 may scale them.
void Rewriter::PlanAlike(const FileOperator& op) {
  PlanPlain(op);
  const FileQuantization& output = plan_.Tensor(op.outputs[0]).quantization;
  for (const int32_t index : op.inputs) {
    if (!plan_.IsUint8(index)) continue;
    const FileQuantization& input = plan_.Tensor(index).quantization;
    if (input.scales[0] != output.scales[0] || input.zero_points[0] != output.zero_points[0]) {
      LeaveAsItIs("has inputs and outputs of different scales or zero points in its " +
                  plan_.Label(op));
    }
  }
}

void Rewriter::PlanProbabilities(const FileOperator& op) {
  PlanPlain(op);
  const FileQuantization& output = plan_.Tensor(op.outputs[0]).quantization;
  if (output.scales[0] != 1.0F / 256 || output.zero_points[0] != 0) {
    LeaveAsItIs("has an output with a scale other than 1/256 or a zero point other than 0 in its " +
                plan_.Label(op));
  }
}

void Rewriter::PlanWeighted(const FileOperator& op, size_t dimension) {
  PlanActivation(op.inputs[0]);
  PlanActivation(op.outputs[0]);
  weights_.Plan(op, dimension);
}

void Rewriter::PlanActivation(int32_t tensor_index) {
  const auto index = static_cast<size_t>(tensor_index);
  const FileTensor& tensor = plan_.Tensor(tensor_index);
  if (plan_.role(index) == TensorRole::kActivation) return;
  if (!plan_.Take(index, TensorRole::kActivation)) LeaveAsItIs("uses weights as an input");
  if (tensor.quantization.scales.size() != 1) LeaveAsItIs("has a uint8 tensor without a scale");
  plan_.SetQuantization(tensor, {tensor.quantization.scales[0]},
                        {tensor.quantization.zero_points[0] - kHighestBit}, 0);
  plan_.SetInt8(tensor);
  const ChannelCopies& copies = weights_.CopiesOf(index);
  if (!copies.empty()) {
    std::vector<int32_t> shape(tensor.shape.begin(), tensor.shape.end());
    shape.back() += static_cast<int32_t>(copies.size());
    plan_.SetShape(tensor, shape);
  }
  ChangedConstant constant;
  constant.data = plan_.Data(tensor);
  constant.role = TensorRole::kActivation;
  if (!constant.data.empty()) plan_.Change(std::move(constant));
}

/// So that every uint8 input and output of the graph becomes int8, and no other.
void Rewriter::PlanUnusedArguments() {
  for (const FlatVector<int32_t>& list : {plan_.graph().inputs, plan_.graph().outputs}) {
    for (const int32_t index : list) {
      const FileTensor& tensor = plan_.Tensor(index);
      if (tensor.type == schema::kInt8) LeaveAsItIs("already has inputs or outputs of INT8");
      if (!plan_.Data(tensor).empty()) LeaveAsItIs("returns a constant");
      if (tensor.type == schema::kUint8) PlanActivation(index);
    }
  }
}

void Rewriter::RaiseVersion(const FileOperatorCode& code, int32_t version) {
  if (code.version >= version) return;
  ModelPatch& patch = plan_.patch();
  const size_t field = code.table.FieldPosition(schema::operator_code::kVersion);
  if (field != 0) {
    patch.SetWord(field, static_cast<uint32_t>(version));
  } else {
    patch.Refer(code.reference, patch.AppendOperatorCode(code.code, version));
  }
}

RewrittenModel LeaveModel(std::string reason) {
  RewrittenModel model;
  model.reason = std::move(reason);
  return model;
}

}  // namespace

std::string ReasonToLeave(const Error& error) {
  std::string reason = std::string("cannot be rewritten: ") + error.what();
  if (reason.back() == '.') reason.pop_back();
  return reason;
}

RewrittenModel RewriteModel(const uint8_t* bytes, size_t size) {
  RewrittenModel result;
  try {
    const ModelFile file(bytes, size, {SIZE_MAX, SIZE_MAX, SIZE_MAX});
    result = Rewriter(bytes, size, file).Rewrite();
    // Not for the limits: hostile files make their tables overlap, so that changing one changes
    // another.
    CheckModel(result.bytes.data(), result.bytes.size(), ModelLimits::Own());
  } catch (const LeftAsItIs& left) {
    return LeaveModel(left.reason);
  } catch (const std::length_error&) {
    return LeaveModel("would grow to more than three times its size");
  } catch (const Error& error) {
    return LeaveModel(ReasonToLeave(error));
  }
  return result;
}

}  // namespace wasmedge_embed
