#include "inference/model_rewrite.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "inference/channel_weights.h"
#include "inference/model_check.h"
#include "inference/model_limits.h"
#include "inference/model_patch.h"
#include "inference/model_reader.h"
#include "inference/model_schema.h"

namespace wasmedge_embed {
namespace {

// What turns a uint8 number into the int8 number of the same distance from the zero point.
constexpr uint8_t kHighestBit = 0x80;
constexpr int64_t kOffset = 128;
constexpr size_t kSpareGrowth = size_t{64} << 10;

/// Ends the rewrite: the model is left as it is.
struct LeftAsItIs {
  std::string reason;
};

[[noreturn]] void Leave(std::string reason) { throw LeftAsItIs{std::move(reason)}; }

class Rewriter {
 public:
  Rewriter(const uint8_t* bytes, size_t size, const ModelFile& file)
      : bytes_(bytes), file_(file), patch_(size, size + kSpareGrowth) {}

  RewrittenModel Rewrite();

 private:
  struct Lowering {
    int32_t code;
    /// The first version of the operator that takes int8.
    int32_t version;
    void (Rewriter::*plan)(const FileOperator& op);
  };
  static const Lowering kLowerings[];

  enum class Role : uint8_t { kNone, kActivation, kWeights, kBias };
  /// A constant whose bytes change.
  struct Constant {
    FlatVector<uint8_t> data;
    Role role;
    WeightLayout layout;
    int zero_point;
    std::vector<InexactChannel> inexact;
  };

  void PlanOperator(const FileOperator& op);
  void PlanPlain(const FileOperator& op);
  void PlanAlike(const FileOperator& op);
  void PlanProbabilities(const FileOperator& op);
  void PlanConvolution(const FileOperator& op) { PlanWeighted(op, 0); }
  void PlanDepthwise(const FileOperator& op) { PlanWeighted(op, 3); }
  void PlanWeighted(const FileOperator& op, size_t dimension);
  void PlanBias(size_t index, float input_scale, float weight_scale, const Constant& weights);
  void PlanActivation(size_t index);
  void PlanUnusedArguments();
  bool Take(size_t index, Role role);
  void CheckSharing();
  void RaiseVersion(uint32_t code_index, int32_t version);
  void Convert(const Constant& constant, uint8_t* converted) const;

  const FileTensor& Tensor(int32_t index) const {
    return graph_->tensors[static_cast<size_t>(index)];
  }
  bool IsUint8(int32_t index) const { return index >= 0 && Tensor(index).type == schema::kUint8; }
  FlatVector<uint8_t> Data(const FileTensor& tensor) const {
    return file_.buffers()[tensor.buffer].data;
  }
  std::string Label(const FileOperator& op) const;

  const uint8_t* bytes_;
  const ModelFile& file_;
  ModelPatch patch_;
  WeightConverter converter_;
  const FileSubgraph* graph_ = nullptr;
  std::vector<Role> roles_;
  std::vector<int32_t> versions_;
  std::vector<Constant> constants_;
  RewrittenModel result_;
};

// Operators by code, each as far as the kernels for uint8 and for int8 agree.
const Rewriter::Lowering Rewriter::kLowerings[] = {
    {schema::kAdd, 2, &Rewriter::PlanPlain},
    {schema::kAveragePool2d, 2, &Rewriter::PlanAlike},
    {schema::kConcatenation, 2, &Rewriter::PlanAlike},
    {schema::kConv2d, 3, &Rewriter::PlanConvolution},
    {schema::kDepthwiseConv2d, 3, &Rewriter::PlanDepthwise},
    {schema::kDequantize, 2, &Rewriter::PlanPlain},
    // 12 is the first with a scale for each channel.
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
  if (file_.subgraphs().size() != 1) Leave("has several graphs");
  graph_ = &file_.subgraphs()[0];
  roles_.assign(graph_->tensors.size(), Role::kNone);
  versions_.assign(file_.operator_codes().size(), 0);
  for (const FileOperator& op : graph_->operators) PlanOperator(op);
  PlanUnusedArguments();
  if (std::find(roles_.begin(), roles_.end(), Role::kActivation) == roles_.end()) {
    Leave("has nothing that is quantized to uint8");
  }
  CheckSharing();
  for (size_t index = 0; index < versions_.size(); ++index) {
    RaiseVersion(static_cast<uint32_t>(index), versions_[index]);
  }
  result_.bytes = patch_.Apply(bytes_);
  for (const Constant& constant : constants_) {
    Convert(constant, result_.bytes.data() + (constant.data.data() - bytes_));
  }
  return std::move(result_);
}

std::string Rewriter::Label(const FileOperator& op) const {
  const int32_t code = file_.operator_codes()[op.code_index].code;
  return "operator " + std::to_string(&op - graph_->operators.data()) + " (" +
         schema::OperatorName(code) + ")";
}

void Rewriter::PlanOperator(const FileOperator& op) {
  const int32_t code = file_.operator_codes()[op.code_index].code;
  const auto* lowering = std::find_if(std::begin(kLowerings), std::end(kLowerings),
                                      [code](const Lowering& each) { return each.code == code; });
  if (lowering == std::end(kLowerings)) {
    Leave("has an operator that is not rewritten, " + Label(op));
  }
  bool has_uint8 = false;
  for (const FlatVector<int32_t>& list : {op.inputs, op.outputs}) {
    for (const int32_t index : list) {
      if (index < 0) continue;
      const int8_t type = Tensor(index).type;
      if (type == schema::kInt8 || type == schema::kInt16) {
        Leave("has tensors of " + schema::TensorTypeName(type) + " already, at its " + Label(op));
      }
      has_uint8 = has_uint8 || type == schema::kUint8;
    }
  }
  if (!has_uint8) return;
  (this->*lowering->plan)(op);
  versions_[op.code_index] = std::max(versions_[op.code_index], lowering->version);
}

/// Kernels of int8 do to each number what those of uint8 do.
void Rewriter::PlanPlain(const FileOperator& op) {
  for (const FlatVector<int32_t>& list : {op.inputs, op.outputs}) {
    for (const int32_t index : list) {
      if (IsUint8(index)) PlanActivation(static_cast<size_t>(index));
    }
  }
}

/// Kernels of int8 pass numbers on as they are, where those of uint8 may scale them.
void Rewriter::PlanAlike(const FileOperator& op) {
  PlanPlain(op);
  const FileQuantization& output = Tensor(op.outputs[0]).quantization;
  for (const int32_t index : op.inputs) {
    if (!IsUint8(index)) continue;
    const FileQuantization& input = Tensor(index).quantization;
    if (input.scales[0] != output.scales[0] || input.zero_points[0] != output.zero_points[0]) {
      Leave("has inputs and outputs of different scales or zero points in its " + Label(op));
    }
  }
}

void Rewriter::PlanProbabilities(const FileOperator& op) {
  PlanPlain(op);
  const FileQuantization& output = Tensor(op.outputs[0]).quantization;
  if (output.scales[0] != 1.0F / 256 || output.zero_points[0] != 0) {
    Leave("has an output of another scale than 1/256 or another zero point than 0 in its " +
          Label(op));
  }
}

void Rewriter::PlanWeighted(const FileOperator& op, size_t dimension) {
  const FileTensor& input = Tensor(op.inputs[0]);
  const auto index = static_cast<size_t>(op.inputs[1]);
  const FileTensor& weights = graph_->tensors[index];
  PlanActivation(static_cast<size_t>(op.inputs[0]));
  PlanActivation(static_cast<size_t>(op.outputs[0]));
  if (!Take(index, Role::kWeights)) Leave("uses the weights of its " + Label(op) + " twice");
  const FlatVector<uint8_t> data = Data(weights);
  if (data.empty()) Leave("computes the weights of its " + Label(op));

  Constant constant{data, Role::kWeights, {}, 0, {}};
  constant.layout.channels = static_cast<size_t>(weights.shape[dimension]);
  const size_t rest = data.size() / constant.layout.channels;
  (dimension == 0 ? constant.layout.inner : constant.layout.outer) = rest;
  constant.layout.depth =
      dimension == 0 ? static_cast<size_t>(weights.shape[weights.shape.size() - 1]) : 1;
  constant.zero_point = static_cast<int>(weights.quantization.zero_points[0]);
  constant.inexact =
      converter_.FindInexactChannels(data.data(), constant.layout, constant.zero_point);
  result_.channels += constant.layout.channels;
  result_.inexact_channels += constant.inexact.size();

  const float scale = weights.quantization.scales[0];
  std::vector<float> scales(constant.layout.channels, scale);
  for (const InexactChannel& each : constant.inexact) scales[each.channel] = scale * each.step;
  patch_.Refer(weights.table.FieldPosition(schema::tensor::kQuantization),
               patch_.AppendQuantization(scales, std::vector<int64_t>(scales.size(), 0),
                                         static_cast<int32_t>(dimension)));
  patch_.SetByte(weights.table.FieldPosition(schema::tensor::kType), schema::kInt8);
  constexpr size_t kBias = 2;
  if (op.inputs.size() > kBias && op.inputs[kBias] >= 0) {
    PlanBias(static_cast<size_t>(op.inputs[kBias]), input.quantization.scales[0], scale, constant);
  }
  constants_.push_back(std::move(constant));
}

void Rewriter::PlanBias(size_t index, float input_scale, float weight_scale,
                        const Constant& weights) {
  const FileTensor& bias = graph_->tensors[index];
  const size_t reference = bias.table.FieldPosition(schema::tensor::kQuantization);
  if (!Take(index, Role::kBias)) Leave("uses a bias twice");
  const FlatVector<uint8_t> data = Data(bias);
  if (reference == 0 || data.empty()) Leave("has a bias without a scale, or computes it");
  std::vector<float> scales(weights.layout.channels, input_scale * weight_scale);
  for (const InexactChannel& each : weights.inexact) scales[each.channel] *= each.step;
  patch_.Refer(reference,
               patch_.AppendQuantization(scales, std::vector<int64_t>(scales.size(), 0), 0));
  if (weights.inexact.empty()) return;
  constants_.push_back({data, Role::kBias, weights.layout, 0, weights.inexact});
}

void Rewriter::PlanActivation(size_t index) {
  const FileTensor& tensor = graph_->tensors[index];
  if (roles_[index] == Role::kActivation) return;
  if (!Take(index, Role::kActivation)) Leave("uses weights as an input");
  if (tensor.quantization.scales.size() != 1) Leave("has a uint8 tensor without a scale");
  patch_.Refer(tensor.table.FieldPosition(schema::tensor::kQuantization),
               patch_.AppendQuantization({tensor.quantization.scales[0]},
                                         {tensor.quantization.zero_points[0] - kOffset}, 0));
  patch_.SetByte(tensor.table.FieldPosition(schema::tensor::kType), schema::kInt8);
  const FlatVector<uint8_t> data = Data(tensor);
  if (!data.empty()) constants_.push_back({data, Role::kActivation, {}, 0, {}});
}

/// So that every uint8 input and output of the graph is an int8 one afterwards, and no other.
void Rewriter::PlanUnusedArguments() {
  for (const FlatVector<int32_t>& list : {graph_->inputs, graph_->outputs}) {
    for (const int32_t index : list) {
      const int8_t type = Tensor(index).type;
      if (type == schema::kInt8) Leave("has inputs or outputs of INT8 already");
      if (!Data(Tensor(index)).empty()) Leave("gives out a constant");
      if (type == schema::kUint8) PlanActivation(static_cast<size_t>(index));
    }
  }
}

bool Rewriter::Take(size_t index, Role role) {
  if (roles_[index] != Role::kNone) return false;
  roles_[index] = role;
  return true;
}

/// What is changed in its place must belong to one tensor alone.
void Rewriter::CheckSharing() {
  std::vector<size_t> tables;
  for (size_t index = 0; index < roles_.size(); ++index) {
    const FlatTable& table = graph_->tensors[index].table;
    if (roles_[index] != Role::kNone) tables.push_back(table.position());
  }
  std::sort(tables.begin(), tables.end());
  if (std::adjacent_find(tables.begin(), tables.end()) != tables.end()) {
    Leave("describes two tensors at one place of its file");
  }

  struct Range {
    const uint8_t* begin;
    const uint8_t* end;
    bool changes;
  };
  std::vector<Range> ranges;
  const auto add = [&](const FlatVector<uint8_t>& data, bool changes) {
    if (!data.empty()) ranges.push_back({data.data(), data.data() + data.size(), changes});
  };
  // The constants that change are among the tensors' as well, and must be there but once.
  std::vector<const uint8_t*> changed;
  for (const Constant& constant : constants_) changed.push_back(constant.data.data());
  std::sort(changed.begin(), changed.end());
  for (const FileTensor& tensor : graph_->tensors) {
    const FlatVector<uint8_t> data = Data(tensor);
    add(data, std::binary_search(changed.begin(), changed.end(), data.data()));
  }
  for (const FileMetadata& metadata : file_.metadata()) {
    add(file_.buffers()[metadata.buffer].data, false);
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& left, const Range& right) { return left.begin < right.begin; });
  // Ranges that overlap, one after the other, are one.
  const uint8_t* end = nullptr;
  bool changes = false;
  for (const Range& range : ranges) {
    const bool overlaps = end != nullptr && range.begin < end;
    if (overlaps && (changes || range.changes)) Leave("uses a constant for several tensors");
    changes = overlaps ? changes : range.changes;
    end = overlaps ? std::max(end, range.end) : range.end;
  }
}

void Rewriter::RaiseVersion(uint32_t code_index, int32_t version) {
  const FileOperatorCode& code = file_.operator_codes()[code_index];
  if (code.version >= version) return;
  const size_t field = code.table.FieldPosition(schema::operator_code::kVersion);
  if (field != 0) {
    patch_.SetWord(field, static_cast<uint32_t>(version));
  } else {
    patch_.Refer(code.reference, patch_.AppendOperatorCode(code.code, version));
  }
}

void Rewriter::Convert(const Constant& constant, uint8_t* converted) const {
  const FlatVector<uint8_t>& data = constant.data;
  switch (constant.role) {
    case Role::kWeights:
      WeightConverter::Convert(data.data(), constant.layout, constant.zero_point, constant.inexact,
                               converted);
      return;
    case Role::kBias:
      for (const InexactChannel& each : constant.inexact) {
        int32_t value = 0;
        std::memcpy(&value, data.data() + each.channel * sizeof(value), sizeof(value));
        // The step is above 1: it fits.
        value = static_cast<int32_t>(std::lrint(static_cast<double>(value) / each.step));
        std::memcpy(converted + each.channel * sizeof(value), &value, sizeof(value));
      }
      return;
    default:
      for (size_t i = 0; i < data.size(); ++i) converted[i] = data[i] ^ kHighestBit;
  }
}

}  // namespace

RewrittenModel RewriteModel(const uint8_t* bytes, size_t size) {
  RewrittenModel result;
  try {
    const ModelFile file(bytes, size, {SIZE_MAX, SIZE_MAX, SIZE_MAX});
    result = Rewriter(bytes, size, file).Rewrite();
    // Not for its limits: hostile files lay their tables over each other, and a change of one is a
    // change of the other.
    CheckModel(result.bytes.data(), result.bytes.size(), ModelLimits::Own());
  } catch (const LeftAsItIs& left) {
    return {{}, left.reason, 0, 0};
  } catch (const std::length_error&) {
    return {{}, "would grow to more than twice its size", 0, 0};
  } catch (const Error& error) {
    return {{}, std::string("cannot be rewritten: ") + error.what(), 0, 0};
  }
  return result;
}

}  // namespace wasmedge_embed
