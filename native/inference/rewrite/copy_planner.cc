#include "inference/rewrite/copy_planner.h"

#include "inference/check/model_schema.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kRank = 4;
constexpr size_t kChannelAxis = 3;

}  // namespace

CopyPlanner::CopyPlanner(const ModelFile& file, const FileSubgraph& graph)
    : file_(file),
      graph_(graph),
      copies_(graph.tensors.size()),
      uses_(graph.tensors.size()),
      makers_(graph.tensors.size()) {
  for (const FileOperator& op : graph.operators) {
    for (const int32_t input : op.inputs) {
      if (input >= 0) ++uses_[static_cast<size_t>(input)];
    }
    for (const int32_t output : op.outputs) makers_[static_cast<size_t>(output)] = &op;
  }
  for (const int32_t output : graph.outputs) ++uses_[static_cast<size_t>(output)];
}

int32_t CopyPlanner::Code(const FileOperator& op) const {
  return file_.operator_codes()[op.code_index].code;
}

bool CopyPlanner::IsPlain(const FileOperator& convolution) const {
  const FileTensor& input = graph_.tensors[static_cast<size_t>(convolution.inputs[0])];
  const FileTensor& weights = graph_.tensors[static_cast<size_t>(convolution.inputs[1])];
  return input.shape[kChannelAxis] == weights.shape[kChannelAxis] && StatesShapesOnce(convolution);
}

/// Whether constants declare their shapes only once, so that there is only one place to change.
bool CopyPlanner::StatesShapesOnce(const FileOperator& op) const {
  for (const int32_t input : op.inputs) {
    if (input < 0) continue;
    const FileTensor& tensor = graph_.tensors[static_cast<size_t>(input)];
    const bool constant = !file_.buffers()[tensor.buffer].data.empty();
    if (constant && !tensor.shape_signature.empty()) return false;
  }
  return true;
}

bool CopyPlanner::CanHaveCopies(size_t index) const {
  // At most as many steps as the graph has operators: each leads to an earlier one.
  while (true) {
    const FileTensor& tensor = graph_.tensors[index];
    if (uses_[index] != 1 || tensor.shape.size() != kRank || !tensor.shape_signature.empty() ||
        tensor.type != schema::kUint8 || !copies_[index].empty()) {
      return false;
    }
    const FileOperator* maker = makers_[index];
    if (maker == nullptr) return file_.buffers()[tensor.buffer].data.empty();
    switch (Code(*maker)) {
      case schema::kConv2d:
        return IsPlain(*maker);
      case schema::kDepthwiseConv2d:
        // One output channel for each channel of the input.
        if (!IsPlain(*maker)) return false;
        break;
      case schema::kAveragePool2d:
      case schema::kMaxPool2d:
      case schema::kRelu:
      case schema::kRelu6:
        break;
      default:
        return false;
    }
    index = static_cast<size_t>(maker->inputs[0]);
  }
}

bool CopyPlanner::Add(const FileOperator& convolution, const ChannelCopies& copies) {
  auto index = static_cast<size_t>(convolution.inputs[0]);
  if (copies.empty() || !IsPlain(convolution) || !CanHaveCopies(index)) return false;
  while (true) {
    copies_[index] = copies;
    const FileOperator* maker = makers_[index];
    if (maker == nullptr || Code(*maker) == schema::kConv2d) return true;
    index = static_cast<size_t>(maker->inputs[0]);
  }
}

}  // namespace wasmedge_embed
