#include "test/operator_model_parts.h"

#include <utility>

namespace wasmedge_embed::test {
namespace {

using schema::TensorType;

size_t Count(const std::vector<int32_t>& shape) {
  size_t count = 1;
  for (const int32_t size : shape) count *= static_cast<size_t>(size);
  return count;
}

template <typename T>
std::vector<uint8_t> Ramp(size_t count) {
  std::vector<T> values(count);
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<T>(i * 37 % 101);
  return BytesOf(values);
}

}  // namespace

SpecTensor MakeTensor(const std::string& name, int8_t type, const std::vector<int32_t>& shape) {
  SpecTensor tensor;
  tensor.name = name;
  tensor.type = type;
  tensor.shape = shape;
  if (type == TensorType::kUint8) {
    tensor.scales = {0.05F};
    tensor.zero_points = {128};
  } else if (type == TensorType::kInt8 || type == TensorType::kInt16) {
    tensor.scales = {0.05F};
    tensor.zero_points = {0};
  }
  return tensor;
}

SpecTensor MakeConstant(const std::string& name, int8_t type, const std::vector<int32_t>& shape) {
  SpecTensor tensor = MakeTensor(name, type, shape);
  const size_t count = Count(shape);
  switch (type) {
    case TensorType::kFloat32:
      tensor.data = Ramp<float>(count);
      break;
    case TensorType::kFloat16:
      tensor.data = Ramp<uint16_t>(count);
      break;
    case TensorType::kInt32:
      tensor.data = Ramp<int32_t>(count);
      break;
    case TensorType::kInt64:
      tensor.data = Ramp<int64_t>(count);
      break;
    case TensorType::kInt16:
      tensor.data = Ramp<int16_t>(count);
      break;
    case TensorType::kBool:
      tensor.data = Ramp<uint8_t>(count);
      for (uint8_t& value : *tensor.data) value %= 2;
      break;
    default:
      tensor.data = Ramp<uint8_t>(count);
  }
  return tensor;
}

SpecTensor MakeList(const std::string& name, const std::vector<int32_t>& values) {
  SpecTensor tensor;
  tensor.name = name;
  tensor.type = TensorType::kInt32;
  tensor.shape = {static_cast<int32_t>(values.size())};
  tensor.data = BytesOf(values);
  return tensor;
}

SpecTensor MakePairs(const std::string& name, const std::vector<int32_t>& values) {
  SpecTensor tensor = MakeList(name, values);
  tensor.shape = {static_cast<int32_t>(values.size() / 2), 2};
  return tensor;
}

ModelSpec MakeSingle(int32_t code, uint8_t options_type, std::vector<SpecOption> options,
                     const std::vector<SpecTensor>& inputs,
                     const std::vector<SpecTensor>& outputs) {
  SpecGraph graph;
  SpecOperator op;
  op.code = code;
  op.options_type = options_type;
  op.options = std::move(options);
  for (const SpecTensor& input : inputs) {
    const auto index = static_cast<int32_t>(graph.tensors.size());
    if (!input.data) graph.inputs.push_back(index);
    op.inputs.push_back(index);
    graph.tensors.push_back(input);
  }
  for (const SpecTensor& output : outputs) {
    const auto index = static_cast<int32_t>(graph.tensors.size());
    graph.outputs.push_back(index);
    op.outputs.push_back(index);
    graph.tensors.push_back(output);
  }
  graph.operators = {op};
  ModelSpec model;
  model.graphs = {graph};
  return model;
}

}  // namespace wasmedge_embed::test
