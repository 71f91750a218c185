#include "test/tiny_model.h"

#include <utility>

#include "test/model_builder.h"

namespace wasmedge_embed::test {
namespace {

SpecTensor ToSpec(const TinyTensor& tensor) {
  SpecTensor spec;
  spec.name = tensor.name;
  spec.type = tensor.type;
  spec.shape = tensor.shape;
  spec.shape_signature = tensor.shape_signature;
  if (tensor.quantization) {
    spec.scales = {tensor.quantization->first};
    spec.zero_points = {tensor.quantization->second};
  }
  return spec;
}

std::vector<SpecArgument> Arguments(const TinyModel& model, const std::vector<int32_t>& tensors) {
  std::vector<SpecArgument> arguments;
  for (const int32_t tensor : tensors) {
    const auto index = static_cast<uint32_t>(tensor);
    arguments.push_back({"argument_" + model.tensors[index].name, index});
  }
  return arguments;
}

}  // namespace

std::vector<uint8_t> BuildTinyModel(const TinyModel& model) {
  SpecGraph graph;
  for (const TinyTensor& tensor : model.tensors) graph.tensors.push_back(ToSpec(tensor));
  for (const TinyOperator& op : model.operators) {
    SpecOperator& spec = graph.operators.emplace_back();
    spec.code = op.builtin;
    spec.inputs = op.inputs;
    spec.outputs = op.outputs;
  }
  graph.inputs = model.inputs;
  graph.outputs = model.outputs;
  ModelSpec spec;
  spec.graphs.push_back(std::move(graph));
  if (!model.signature_inputs.empty() || !model.signature_outputs.empty()) {
    SpecSignature& signature = spec.signatures.emplace_back();
    signature.inputs = Arguments(model, model.signature_inputs);
    signature.outputs = Arguments(model, model.signature_outputs);
  }
  return BuildModel(spec);
}

TinyModel TinySum() {
  TinyModel model;
  for (const char* name : {"left", "right", "sum"}) {
    model.tensors.push_back({name, kTinyFloat32, {1, 4}, {}, {}});
  }
  model.operators = {{kTinyAdd, {0, 1}, {2}}};
  model.inputs = {0, 1};
  model.outputs = {2};
  return model;
}

TinyModel TinyQuantizedSum(TinyTensorType type) {
  TinyModel model = TinySum();
  for (TinyTensor& tensor : model.tensors) {
    tensor.type = type;
    tensor.quantization = {1.0F, 0};
  }
  return model;
}

TinyModel TinySumAndProduct() {
  TinyModel model;
  for (const char* name : {"left", "right", "sum", "product"}) {
    model.tensors.push_back({name, kTinyFloat32, {2, 2}, {}, {}});
  }
  model.operators = {{kTinyAdd, {0, 1}, {2}}, {kTinyMul, {0, 1}, {3}}};
  model.inputs = {0, 1};
  model.outputs = {2, 3};
  return model;
}

TinyModel TinyGather() {
  TinyModel model;
  model.tensors = {{"values", kTinyFloat32, {4}, {}, {}},
                   {"indices", kTinyInt32, {2}, {}, {}},
                   {"chosen", kTinyFloat32, {2}, {}, {}}};
  model.operators = {{kTinyGather, {0, 1}, {2}}};
  model.inputs = {0, 1};
  model.outputs = {2};
  return model;
}

}  // namespace wasmedge_embed::test
