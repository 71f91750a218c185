#include "inference/check/host_model_cost.h"

#include <cstddef>
#include <vector>

#include "base/add_clamped.h"
#include "inference/check/model_schema.h"

namespace wasmedge_embed {
namespace {

uint64_t MultiplyClamped(uint64_t left, uint64_t right) noexcept {
  return right != 0 && left > UINT64_MAX / right ? UINT64_MAX : left * right;
}

/// 0 if a dimension is dynamic.
uint64_t Elements(const FileTensor& tensor) noexcept {
  uint64_t elements = 1;
  for (const int32_t size : tensor.shape) {
    elements = size < 0 ? 0 : MultiplyClamped(elements, static_cast<uint64_t>(size));
  }
  return elements;
}

class Operands {
 public:
  Operands(const FileSubgraph& subgraph, const FileOperator& op) noexcept
      : tensors_(subgraph.tensors), op_(op) {}

  const FileTensor* Input(size_t place) const noexcept { return At(op_.inputs, place); }
  const FileTensor* Output(size_t place) const noexcept { return At(op_.outputs, place); }

  uint64_t Moved() const noexcept {
    uint64_t elements = 0;
    for (size_t place = 0; place < op_.inputs.size(); ++place) {
      const FileTensor* const input = Input(place);
      if (input != nullptr) elements = AddClamped(elements, Elements(*input));
    }
    for (size_t place = 0; place < op_.outputs.size(); ++place) {
      elements = AddClamped(elements, Elements(*Output(place)));
    }
    return elements;
  }

 private:
  const FileTensor* At(const FlatVector<int32_t>& indices, size_t place) const noexcept {
    if (place >= indices.size() || indices[place] < 0) return nullptr;
    return &tensors_[static_cast<size_t>(indices[place])];
  }

  const std::vector<FileTensor>& tensors_;
  const FileOperator& op_;
};

/// Each element of `computed` takes as many multiplications as there are weights for one of the
/// channels, which the dimension `channels` of the weights counts.
uint64_t Products(const FileTensor* computed, const FileTensor* weights, size_t channels) noexcept {
  if (computed == nullptr || weights == nullptr || channels >= weights->shape.size()) return 0;
  const int32_t count = weights->shape[channels];
  if (count <= 0) return 0;
  return MultiplyClamped(Elements(*computed), Elements(*weights) / static_cast<uint64_t>(count));
}

/// `left` is [… rows, inner], or [… inner, rows] if it is to be transposed.
uint64_t MatrixProducts(const FileTensor* computed, const FileTensor* left) noexcept {
  if (computed == nullptr || left == nullptr) return 0;
  const size_t rank = left->shape.size();
  if (rank < 2 || computed->shape.size() < 2) return 0;
  const int32_t rows = computed->shape[computed->shape.size() - 2];
  if (rows <= 0 || left->shape[rank - 1] < 0 || left->shape[rank - 2] < 0) return 0;
  const int64_t matrix = int64_t{left->shape[rank - 1]} * left->shape[rank - 2];
  return MultiplyClamped(Elements(*computed), static_cast<uint64_t>(matrix / rows));
}

}  // namespace

OperatorCost EstimateCost(const FileSubgraph& subgraph, const FileOperator& op,
                          int32_t code) noexcept {
  const Operands operands(subgraph, op);
  OperatorCost cost;
  switch (code) {
    case schema::kConv2d:
    case schema::kFullyConnected:
      cost.multiply_accumulates = Products(operands.Output(0), operands.Input(1), 0);
      break;
    case schema::kDepthwiseConv2d:
      cost.multiply_accumulates = Products(operands.Output(0), operands.Input(1), 3);
      break;
    case schema::kTransposeConv:
      // A convolution backwards: it multiplies each element of its input.
      cost.multiply_accumulates = Products(operands.Input(2), operands.Input(1), 3);
      break;
    case schema::kBatchMatmul:
      cost.multiply_accumulates = MatrixProducts(operands.Output(0), operands.Input(0));
      break;
    default:
      break;
  }
  if (cost.multiply_accumulates == 0) cost.other_elements = operands.Moved();
  return cost;
}

}  // namespace wasmedge_embed
