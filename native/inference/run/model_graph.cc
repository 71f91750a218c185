#include "inference/run/model_graph.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "inference/check/host_model_check.h"
#include "inference/check/model_schema.h"
#include "inference/check/tensor_check.h"

namespace wasmedge_embed {
namespace {

std::optional<TensorType> ToTensorType(int8_t type) {
  switch (type) {
    case schema::kFloat32:
      return TensorType::kFloat32;
    case schema::kFloat16:
      return TensorType::kFloat16;
    case schema::kFloat64:
      return TensorType::kFloat64;
    case schema::kUint8:
      return TensorType::kUint8;
    case schema::kUint16:
      return TensorType::kUint16;
    case schema::kUint32:
      return TensorType::kUint32;
    case schema::kUint64:
      return TensorType::kUint64;
    case schema::kInt8:
      return TensorType::kInt8;
    case schema::kInt16:
      return TensorType::kInt16;
    case schema::kInt32:
      return TensorType::kInt32;
    case schema::kInt64:
      return TensorType::kInt64;
    case schema::kBool:
      return TensorType::kBool;
    case schema::kComplex64:
      return TensorType::kComplex64;
    default:
      return std::nullopt;
  }
}

std::string ShapeText(const std::vector<int32_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(shape[i]);
  }
  return text + "]";
}

[[noreturn]] void Refuse(const std::string& label, const std::string& reason) {
  throw Error(ErrorCode::kModel, "The model's " + label + " " + reason + ".");
}

std::string Label(const char* kind, size_t place, std::string_view name) {
  return std::string(kind) + " " + std::to_string(place) + " (\"" + Printable(name) + "\")";
}

TensorInfo Describe(const FileTensor& tensor, const std::string& label) {
  TensorInfo info;
  info.name = tensor.name;
  const auto type = ToTensorType(tensor.type);
  if (!type) {
    Refuse(label, "has elements of type " + schema::TensorTypeName(tensor.type) +
                      ", which guests cannot pass. Supported: float16, float32, float64, uint8, "
                      "uint16, uint32, uint64, int8, int16, int32, int64, bool, complex64");
  }
  info.type = *type;
  info.shape.assign(tensor.shape.begin(), tensor.shape.end());
  info.shape_signature.assign(tensor.shape_signature.begin(), tensor.shape_signature.end());
  const auto is_free = [](int32_t size) { return size == -1; };
  const bool agrees = info.shape_signature.size() == info.shape.size();
  if (!agrees || std::none_of(info.shape_signature.begin(), info.shape_signature.end(), is_free)) {
    info.shape_signature.clear();
  }
  if (std::any_of(info.shape.begin(), info.shape.end(), is_free)) info.shape_signature = info.shape;
  const FileQuantization& quantization = tensor.quantization;
  if (quantization.scales.size() == 1 && quantization.zero_points.size() == 1) {
    info.quantization = Quantization{quantization.scales[0], quantization.zero_points[0]};
  }
  return info;
}

/// Sets the input's size according to settings, otherwise according to the file.
void SizeInput(const ModelSettings& settings, const std::string& label, TensorInfo* info) {
  const auto stated = settings.shapes.find(info->name);
  if (stated != settings.shapes.end()) {
    // A tensor without dimensions may have any number of them.
    if (!info->shape.empty() && stated->second.size() != info->shape.size()) {
      Refuse(label, "is of shape " + ShapeText(info->shape) + " and cannot take the shape " +
                        ShapeText(stated->second));
    }
    info->shape = stated->second;
  } else if (!info->shape.empty() && info->shape[0] == -1) {
    info->shape[0] = 1;
  }
  if (std::any_of(info->shape.begin(), info->shape.end(), [](int32_t size) { return size < 0; })) {
    Refuse(label, "has a shape that is not fixed, " + ShapeText(info->shape) +
                      ". State it: models: { NAME: { file, shapes: { \"" + Printable(info->name) +
                      "\": [1, ...] } } }");
  }
  const auto byte_size = TensorByteSize(info->type, info->shape, kMaximumTensorBytes);
  if (!byte_size) {
    Refuse(label, "of shape " + ShapeText(info->shape) + " is empty or larger than 2 GiB");
  }
  info->byte_size = *byte_size;
}

/// Sets the output's size according to the file, if it has one.
void SizeOutput(TensorInfo* info) {
  if (!info->shape.empty() && info->shape[0] == -1) info->shape[0] = 1;
  info->byte_size = TensorByteSize(info->type, info->shape, kMaximumTensorBytes).value_or(0);
}

size_t ChooseGraph(const ModelFile& file, const ModelSettings& settings) {
  if (!settings.signature) return 0;
  std::string keys;
  for (const FileSignature& signature : file.signatures()) {
    if (signature.key == *settings.signature) return signature.subgraph;
    keys += (keys.empty() ? "" : ", ") + ("'" + Printable(signature.key) + "'");
  }
  throw Error(ErrorCode::kModel, "The model has no signature '" + Printable(*settings.signature) +
                                     "'. It has " + (keys.empty() ? "none" : keys) + ".");
}

}  // namespace

InputShapes ModelGraph::input_shapes() const {
  InputShapes shapes;
  for (const TensorInfo& input : inputs) shapes.push_back(input.shape);
  return shapes;
}

uint64_t ModelGraph::tensor_bytes() const noexcept {
  uint64_t bytes = 0;
  for (const TensorInfo& input : inputs) bytes += input.byte_size;
  for (const TensorInfo& output : outputs) bytes += output.byte_size;
  return bytes;
}

ModelGraph DescribeGraphOfFile(const ModelFile& file, size_t index) {
  ModelGraph graph;
  graph.index = index;
  const FileSubgraph& subgraph = file.subgraphs()[index];
  if (subgraph.outputs.empty()) throw Error(ErrorCode::kModel, "The model has no output.");
  for (const int32_t input : subgraph.inputs) {
    const FileTensor& tensor = subgraph.tensors[static_cast<size_t>(input)];
    graph.inputs.push_back(Describe(tensor, Label("input", graph.inputs.size(), tensor.name)));
  }
  for (const int32_t output : subgraph.outputs) {
    const FileTensor& tensor = subgraph.tensors[static_cast<size_t>(output)];
    graph.outputs.push_back(Describe(tensor, Label("output", graph.outputs.size(), tensor.name)));
  }
  return graph;
}

ModelGraph DescribeGraph(const ModelFile& file, const ModelSettings& settings) {
  const size_t index = ChooseGraph(file, settings);
  // For the first graph, this was known when the model was loaded.
  if (index != 0) RequireRunnable(file, index);
  ModelGraph graph = DescribeGraphOfFile(file, index);
  graph.threads = settings.threads.value_or(0);
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    TensorInfo& input = graph.inputs[i];
    SizeInput(settings, Label("input", i, input.name), &input);
  }
  for (TensorInfo& output : graph.outputs) SizeOutput(&output);
  for (const auto& [name, shape] : settings.shapes) {
    const bool is_input =
        std::any_of(graph.inputs.begin(), graph.inputs.end(),
                    [name = &name](const TensorInfo& input) { return input.name == *name; });
    if (is_input) continue;
    std::string names;
    for (const TensorInfo& input : graph.inputs) {
      names += (names.empty() ? "" : ", ") + ("'" + Printable(input.name) + "'");
    }
    throw Error(ErrorCode::kModel, "The model has no input '" + Printable(name) + "'. It has " +
                                       (names.empty() ? "none" : names) + ".");
  }
  graph.lent_shapes = graph.input_shapes();
  return graph;
}

ModelGraph DescribeGraph(const ModelFile& file, const ModelSettings& hosts,
                         const ModelSettings& guests) {
  ModelGraph graph = DescribeGraph(file, hosts.With(guests));
  if (guests.shapes.empty()) return graph;
  try {
    ModelSettings without_shapes = guests;
    without_shapes.shapes.clear();
    graph.lent_shapes = DescribeGraph(file, hosts.With(without_shapes)).input_shapes();
  } catch (const Error&) {
    // Without the guest's shapes, it has none.
    graph.lent_shapes.clear();
  }
  return graph;
}

}  // namespace wasmedge_embed
