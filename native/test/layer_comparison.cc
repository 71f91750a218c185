#include "test/layer_comparison.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include "base/invocation.h"
#include "inference/check/model_reader.h"
#include "inference/check/model_schema.h"
#include "inference/run/model.h"
#include "inference/run/session.h"

namespace wasmedge_embed::test {
namespace {

using LayerValues = std::map<int32_t, std::vector<uint8_t>>;

uint32_t ReadWord(const std::vector<uint8_t>& bytes, size_t position) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + position, sizeof(value));
  return value;
}

void WriteWord(std::vector<uint8_t>* bytes, size_t position, size_t value) {
  const auto word = static_cast<uint32_t>(value);
  std::memcpy(bytes->data() + position, &word, sizeof(word));
}

/// Where the vector in this field begins, at its length.
size_t VectorPosition(const std::vector<uint8_t>& bytes, size_t field) {
  return field + ReadWord(bytes, field);
}

void ReplaceList(std::vector<uint8_t>* bytes, size_t field, const std::vector<int32_t>& list) {
  bytes->resize((bytes->size() + 3) / 4 * 4 + 4 * (1 + list.size()));
  const size_t start = bytes->size() - 4 * (1 + list.size());
  WriteWord(bytes, start, list.size());
  std::memcpy(bytes->data() + start + 4, list.data(), 4 * list.size());
  WriteWord(bytes, field, start - field);
}

std::vector<int32_t> ComputedInputs(const ModelFile& file, const FileOperator& op) {
  std::vector<int32_t> computed;
  for (const int32_t index : op.inputs) {
    const auto& tensors = file.subgraphs()[0].tensors;
    if (index < 0 || !file.buffers()[tensors[static_cast<size_t>(index)].buffer].data.empty()) {
      continue;
    }
    if (std::find(computed.begin(), computed.end(), index) == computed.end()) {
      computed.push_back(index);
    }
  }
  return computed;
}

std::vector<std::vector<uint8_t>> RunOperator(const std::shared_ptr<Model>& model,
                                              const std::vector<int32_t>& inputs,
                                              const LayerValues& values,
                                              const InferenceOptions& options) {
  Session session(model, options);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto& value = values.at(inputs[i]);
    if (!session.SetInput(i, value.data(), value.size())) std::abort();
  }
  Invocation invocation;
  session.Run(invocation);
  std::vector<std::vector<uint8_t>> outputs;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    outputs.emplace_back(session.Output(i), session.Output(i) + session.outputs()[i].byte_size);
  }
  return outputs;
}

void Measure(const std::vector<uint8_t>& reference, const std::vector<uint8_t>& other, int* largest,
             double* mean) {
  uint64_t sum = 0;
  for (size_t i = 0; i < reference.size(); ++i) {
    const int difference = std::abs(int{reference[i]} - int{other[i]});
    *largest = std::max(*largest, difference);
    sum += static_cast<uint64_t>(difference);
  }
  *mean = static_cast<double>(sum) / static_cast<double>(reference.size());
}

constexpr ModelFile::Bounds kNoBounds{SIZE_MAX, SIZE_MAX, SIZE_MAX};

}  // namespace

std::vector<uint8_t> OperatorOf(const std::vector<uint8_t>& model, size_t place) {
  const ModelFile file(model.data(), model.size(), kNoBounds);
  const FileSubgraph& graph = file.subgraphs()[0];
  const FileOperator& op = graph.operators[place];
  std::vector<uint8_t> bytes = model;
  const size_t list =
      VectorPosition(bytes, graph.table.FieldPosition(schema::subgraph::kOperators));
  WriteWord(&bytes, list, 1);
  WriteWord(&bytes, list + 4, op.table.position() - (list + 4));
  ReplaceList(&bytes, graph.table.FieldPosition(schema::subgraph::kInputs),
              ComputedInputs(file, op));
  ReplaceList(&bytes, graph.table.FieldPosition(schema::subgraph::kOutputs),
              {op.outputs.begin(), op.outputs.end()});
  const FlatBuffer buffer(model.data(), model.size());
  const size_t signatures = buffer.Root().FieldPosition(schema::model::kSignatureDefs);
  if (signatures != 0) WriteWord(&bytes, VectorPosition(bytes, signatures), 0);
  return bytes;
}

std::vector<LayerDifference> CompareLayers(const std::vector<uint8_t>& model,
                                           const std::vector<uint8_t>& input,
                                           const InferenceOptions& options) {
  const ModelFile file(model.data(), model.size(), kNoBounds);
  const FileSubgraph& graph = file.subgraphs()[0];
  LayerValues reference{{graph.inputs[0], input}};
  LayerValues so_far = reference;
  std::vector<LayerDifference> differences;
  for (size_t place = 0; place < graph.operators.size(); ++place) {
    const FileOperator& op = graph.operators[place];
    const auto bytes = OperatorOf(model, place);
    const auto part =
        std::make_shared<Model>(PageBuffer::Copy(bytes.data(), bytes.size()), ModelLimits::Own());
    const auto inputs = ComputedInputs(file, op);
    const auto expected =
        RunOperator(part, inputs, reference, {options.threads, Kernels::kBuiltin, false});
    const auto own = RunOperator(part, inputs, reference, options);
    const auto together = RunOperator(part, inputs, so_far, options);

    LayerDifference& difference = differences.emplace_back();
    const FileTensor& output = graph.tensors[static_cast<size_t>(op.outputs[0])];
    TensorShape shape;
    for (const int32_t size : output.shape) shape.Append(size);
    difference.name = std::to_string(place) + " " +
                      schema::OperatorName(file.operator_codes()[op.code_index].code) + " " +
                      shape.ToString();
    Measure(expected[0], own[0], &difference.largest, &difference.mean);
    Measure(expected[0], together[0], &difference.largest_so_far, &difference.mean_so_far);
    for (size_t i = 0; i < op.outputs.size(); ++i) {
      reference[op.outputs[i]] = expected[i];
      so_far[op.outputs[i]] = together[i];
    }
  }
  return differences;
}

std::string ToString(const std::vector<LayerDifference>& differences) {
  std::string text =
      "operator                            own: largest   mean  so far: largest   mean\n";
  for (const LayerDifference& each : differences) {
    char line[200];
    std::snprintf(line, sizeof(line), "%-36s %11d %6.3f %16d %6.3f\n", each.name.c_str(),
                  each.largest, each.mean, each.largest_so_far, each.mean_so_far);
    text += line;
  }
  return text;
}

}  // namespace wasmedge_embed::test
