#include "inference/model_rewrite.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/error.h"
#include "inference/channel_copies.h"
#include "inference/channel_weights.h"
#include "inference/copy_planner.h"
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
      : bytes_(bytes), file_(file), patch_(size, 2 * size + kSpareGrowth) {}

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
  /// A constant whose bytes change, in their place unless it is replaced by an appended one.
  struct Constant {
    FlatVector<uint8_t> data;
    Role role;
    bool replaced;
    WeightLayout layout;
    int zero_point;
    std::vector<InexactChannel> inexact;
  };

  void PlanCopies();
  void PlanOperator(const FileOperator& op);
  void PlanPlain(const FileOperator& op);
  void PlanAlike(const FileOperator& op);
  void PlanProbabilities(const FileOperator& op);
  void PlanConvolution(const FileOperator& op) { PlanWeighted(op, 0); }
  void PlanDepthwise(const FileOperator& op) { PlanWeighted(op, 3); }
  void PlanWeighted(const FileOperator& op, size_t dimension);
  void PlanBias(size_t index, float scale, const Constant& weights, const ChannelCopies& copies);
  void PlanActivation(size_t index);
  void PlanUnusedArguments();
  Constant MakeConstant(const FileOperator& op, size_t dimension);
  static std::vector<float> ChannelScales(float scale, const Constant& weights,
                                          const ChannelCopies& copies);
  void ReplaceWeights(const FileTensor& weights, const Constant& constant,
                      const std::vector<InexactChannel>& split, size_t dimension,
                      const ChannelCopies& inputs, const ChannelCopies& outputs);
  void Replace(const FileTensor& tensor, const std::vector<uint8_t>& bytes,
               const std::vector<int32_t>& shape);
  void Requantize(const FileTensor& tensor, const std::vector<float>& scales, int32_t dimension);
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
  std::optional<CopyPlanner> planner_;
  /// By the index of their weights: convolutions whose inputs have the copies that they need.
  std::set<size_t> split_;
  /// Of each weights tensor.
  std::map<size_t, std::vector<InexactChannel>> inexact_;
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
  planner_.emplace(file_, *graph_);
  PlanCopies();
  for (const FileOperator& op : graph_->operators) PlanOperator(op);
  PlanUnusedArguments();
  if (std::find(roles_.begin(), roles_.end(), Role::kActivation) == roles_.end()) {
    Leave("has nothing that is quantized to uint8");
  }
  CheckSharing();
  for (const int32_t input : graph_->inputs) {
    result_.input_copies.push_back(planner_->of(static_cast<size_t>(input)));
  }
  for (size_t index = 0; index < versions_.size(); ++index) {
    RaiseVersion(static_cast<uint32_t>(index), versions_[index]);
  }
  result_.bytes = patch_.Apply(bytes_);
  for (const Constant& constant : constants_) {
    if (constant.replaced) continue;
    Convert(constant, result_.bytes.data() + (constant.data.data() - bytes_));
  }
  return std::move(result_);
}

std::string Rewriter::Label(const FileOperator& op) const {
  const int32_t code = file_.operator_codes()[op.code_index].code;
  return "operator " + std::to_string(&op - graph_->operators.data()) + " (" +
         schema::OperatorName(code) + ")";
}

/// Before all else: what a convolution needs changes the operators before it.
void Rewriter::PlanCopies() {
  for (const FileOperator& op : graph_->operators) {
    if (file_.operator_codes()[op.code_index].code != schema::kConv2d || !IsUint8(op.inputs[0]) ||
        !IsUint8(op.inputs[1]) || !planner_->IsPlain(op)) {
      continue;
    }
    const Constant weights = MakeConstant(op, 0);
    if (weights.layout.inner > CopyPlanner::kMostWeights) continue;
    const size_t most = std::min(CopyPlanner::kMostCopies, weights.layout.depth);
    const ChannelCopies copies =
        FindCopies(weights.data.data(), weights.layout, weights.zero_point, weights.inexact, most);
    if (planner_->Add(op, copies)) split_.insert(static_cast<size_t>(op.inputs[1]));
  }
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

Rewriter::Constant Rewriter::MakeConstant(const FileOperator& op, size_t dimension) {
  const FileTensor& weights = Tensor(op.inputs[1]);
  const FlatVector<uint8_t> data = Data(weights);
  if (data.empty()) Leave("computes the weights of its " + Label(op));
  Constant constant{data, Role::kWeights, false, {}, 0, {}};
  WeightLayout& layout = constant.layout;
  layout.channels = static_cast<size_t>(weights.shape[dimension]);
  (dimension == 0 ? layout.inner : layout.outer) = data.size() / layout.channels;
  if (dimension == 0) layout.depth = static_cast<size_t>(weights.shape[weights.shape.size() - 1]);
  constant.zero_point = static_cast<int>(weights.quantization.zero_points[0]);
  // Asked for twice, and read once: it is much to read.
  const auto [known, is_new] = inexact_.try_emplace(static_cast<size_t>(op.inputs[1]));
  if (is_new) {
    known->second = WeightConverter::FindInexactChannels(data.data(), layout, constant.zero_point);
  }
  constant.inexact = known->second;
  return constant;
}

void Rewriter::PlanWeighted(const FileOperator& op, size_t dimension) {
  const auto index = static_cast<size_t>(op.inputs[1]);
  const FileTensor& weights = graph_->tensors[index];
  PlanActivation(static_cast<size_t>(op.inputs[0]));
  PlanActivation(static_cast<size_t>(op.outputs[0]));
  if (!Take(index, Role::kWeights)) Leave("uses the weights of its " + Label(op) + " twice");
  Constant constant = MakeConstant(op, dimension);
  // With copies of its input's channels a convolution is exact, but for what even two steps of 127
  // do not reach.
  std::vector<InexactChannel> split;
  if (split_.count(index) != 0) {
    constexpr float kTwoSteps = 2;
    const auto rest =
        std::stable_partition(constant.inexact.begin(), constant.inexact.end(),
                              [](const InexactChannel& each) { return each.step > kTwoSteps; });
    split.assign(rest, constant.inexact.end());
    constant.inexact.erase(rest, constant.inexact.end());
  }
  converter_.Balance(constant.data.data(), constant.layout, constant.zero_point, &constant.inexact);
  result_.channels += constant.layout.channels;
  result_.inexact_channels += constant.inexact.size();

  const ChannelCopies& inputs = planner_->of(static_cast<size_t>(op.inputs[0]));
  const ChannelCopies& outputs = planner_->of(static_cast<size_t>(op.outputs[0]));
  constant.replaced = !inputs.empty() || !outputs.empty();
  if (constant.replaced) ReplaceWeights(weights, constant, split, dimension, inputs, outputs);
  const float scale = weights.quantization.scales[0];
  Requantize(weights, ChannelScales(scale, constant, outputs), static_cast<int32_t>(dimension));
  patch_.SetByte(weights.table.FieldPosition(schema::tensor::kType), schema::kInt8);
  constexpr size_t kBias = 2;
  if (op.inputs.size() > kBias && op.inputs[kBias] >= 0) {
    const float input_scale = Tensor(op.inputs[0]).quantization.scales[0];
    PlanBias(static_cast<size_t>(op.inputs[kBias]), input_scale * scale, constant, outputs);
  }
  constants_.push_back(std::move(constant));
}

void Rewriter::PlanBias(size_t index, float scale, const Constant& weights,
                        const ChannelCopies& copies) {
  const FileTensor& bias = graph_->tensors[index];
  if (!Take(index, Role::kBias)) Leave("uses a bias twice");
  Constant constant{Data(bias), Role::kBias, !copies.empty(), weights.layout, 0, weights.inexact};
  if (constant.data.empty() || !bias.table.Has(schema::tensor::kQuantization)) {
    Leave("has a bias without a scale, or computes it");
  }
  Requantize(bias, ChannelScales(scale, weights, copies), 0);
  if (constant.replaced) {
    std::vector<uint8_t> values(constant.data.data(), constant.data.data() + constant.data.size());
    Convert(constant, values.data());
    for (const uint32_t channel : copies) {
      for (size_t i = 0; i < sizeof(int32_t); ++i) {
        values.push_back(values[channel * sizeof(int32_t) + i]);
      }
    }
    Replace(bias, values, {static_cast<int32_t>(weights.layout.channels + copies.size())});
  }
  if (constant.replaced || !constant.inexact.empty()) constants_.push_back(std::move(constant));
}

/// The scale of each channel, and of the copies.
std::vector<float> Rewriter::ChannelScales(float scale, const Constant& weights,
                                           const ChannelCopies& copies) {
  std::vector<float> scales(weights.layout.channels, scale);
  for (const InexactChannel& each : weights.inexact) scales[each.channel] = scale * each.step;
  for (const uint32_t channel : copies) scales.push_back(scales[channel]);
  return scales;
}

void Rewriter::ReplaceWeights(const FileTensor& weights, const Constant& constant,
                              const std::vector<InexactChannel>& split, size_t dimension,
                              const ChannelCopies& inputs, const ChannelCopies& outputs) {
  ConvertedWeights converted{constant.data.data(), constant.layout, constant.zero_point,
                             std::vector<uint8_t>(constant.data.size())};
  Convert(constant, converted.converted.data());
  std::vector<int32_t> shape(weights.shape.begin(), weights.shape.end());
  shape[3] += static_cast<int32_t>(inputs.size());
  if (dimension != 0) {
    Replace(weights, CopyDepthwise(converted, outputs), shape);
    return;
  }
  shape[0] += static_cast<int32_t>(outputs.size());
  Replace(weights, CopyConvolution(converted, split, inputs, outputs), shape);
}

void Rewriter::Replace(const FileTensor& tensor, const std::vector<uint8_t>& bytes,
                       const std::vector<int32_t>& shape) {
  patch_.Refer(file_.buffers()[tensor.buffer].table.FieldPosition(schema::buffer::kData),
               patch_.AppendBytes(bytes));
  patch_.Refer(tensor.table.FieldPosition(schema::tensor::kShape), patch_.AppendIntegers(shape));
}

void Rewriter::Requantize(const FileTensor& tensor, const std::vector<float>& scales,
                          int32_t dimension) {
  patch_.Refer(
      tensor.table.FieldPosition(schema::tensor::kQuantization),
      patch_.AppendQuantization(scales, std::vector<int64_t>(scales.size(), 0), dimension));
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
  const ChannelCopies& copies = planner_->of(index);
  if (!copies.empty()) {
    std::vector<int32_t> shape(tensor.shape.begin(), tensor.shape.end());
    shape.back() += static_cast<int32_t>(copies.size());
    patch_.Refer(tensor.table.FieldPosition(schema::tensor::kShape), patch_.AppendIntegers(shape));
  }
  const FlatVector<uint8_t> data = Data(tensor);
  if (!data.empty()) constants_.push_back({data, Role::kActivation, false, {}, 0, {}});
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

RewrittenModel LeaveModel(std::string reason) {
  RewrittenModel model;
  model.reason = std::move(reason);
  return model;
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
    return LeaveModel(left.reason);
  } catch (const std::length_error&) {
    return LeaveModel("would grow to more than three times its size");
  } catch (const Error& error) {
    return LeaveModel(std::string("cannot be rewritten: ") + error.what());
  }
  return result;
}

}  // namespace wasmedge_embed
