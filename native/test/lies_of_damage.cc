// Damage to a file's bytes, and models that require too much.

#include <cstring>

#include "inference/check/flat_buffer.h"
#include "inference/check/model_reader.h"
#include "test/model_lies.h"

namespace wasmedge_embed::test {
namespace {

using ModelBytes = std::vector<uint8_t>;
using Damage = std::function<void(ModelBytes& bytes)>;

constexpr char kPlain[] = "RELU, UINT8";
constexpr ModelFile::Bounds kNoBounds{SIZE_MAX, SIZE_MAX, SIZE_MAX};

template <typename T>
T Get(const ModelBytes& bytes, size_t place) {
  T value;
  std::memcpy(&value, bytes.data() + place, sizeof(value));
  return value;
}

template <typename T>
void Put(ModelBytes& bytes, size_t place, T value) {
  std::memcpy(bytes.data() + place, &value, sizeof(value));
}

/// The position of a table's vtable.
size_t FieldsOf(const ModelBytes& bytes, size_t table) {
  return table - static_cast<size_t>(Get<int32_t>(bytes, table));
}

/// The position of the field's entry in the vtable.
size_t SlotOf(const ModelBytes& bytes, size_t table, int field) {
  return FieldsOf(bytes, table) + 4 + 2 * static_cast<size_t>(field);
}

/// A change to the first tensor, given the position of its table in the file.
template <typename Change>
Damage AtTensor(Change change) {
  return [change](ModelBytes& bytes) {
    const ModelFile file(bytes.data(), bytes.size(), kNoBounds);
    change(bytes, file.subgraphs()[0].tensors[0].table);
  };
}

/// Moves the tensor's field to this offset from the beginning of its table.
Damage FieldAt(int field, uint16_t offset) {
  return AtTensor([=](ModelBytes& bytes, const FlatTable& table) {
    Put(bytes, SlotOf(bytes, table.position(), field), offset);
  });
}

/// Moves the target of the tensor's field by this distance.
Damage ReferenceBy(int field, uint32_t distance) {
  return AtTensor([=](ModelBytes& bytes, const FlatTable& table) {
    const size_t place = table.FieldPosition(field);
    Put(bytes, place, Get<uint32_t>(bytes, place) + distance);
  });
}

size_t RootOf(const ModelBytes& bytes) { return Get<uint32_t>(bytes, 0); }

/// All operators are the same one, with a list of inputs of 64 KiB.
void ShareOperators(ModelSpec& model) {
  OperatorOf(model).inputs.assign(1 << 14, 0);
  model.graph().operators.resize(1 << 12, OperatorOf(model));
  for (size_t i = 1; i < model.graph().operators.size(); ++i) {
    model.graph().operators[i].inputs = {0};
  }
}

void ShareFirstOperator(ModelBytes& bytes) {
  const ModelFile file(bytes.data(), bytes.size(), kNoBounds);
  const FlatTable& graph = file.subgraphs()[0].table;
  const size_t reference = graph.FieldPosition(schema::subgraph::kOperators);
  const size_t first = reference + Get<uint32_t>(bytes, reference) + sizeof(uint32_t);
  const size_t target = file.subgraphs()[0].operators[0].table.position();
  for (size_t i = 0; i < file.subgraphs()[0].operators.size(); ++i) {
    const size_t place = first + i * sizeof(uint32_t);
    Put(bytes, place, static_cast<uint32_t>(target - place));
  }
}

}  // namespace

std::vector<Lie> LiesOfDamage() {
  return {
      {"Short", kPlain, nullptr, "it has only 5 bytes. Expected the bytes of a .tflite file",
       [](ModelBytes& bytes) { bytes.resize(5); }},
      {"Identifier", kPlain, nullptr, "it lacks the file identifier \"TFL3\"",
       [](ModelBytes& bytes) { bytes[4] = 'X'; }},
      {"RootOutside", kPlain, nullptr, "its root table is out of bounds",
       [](ModelBytes& bytes) { Put(bytes, 0, static_cast<uint32_t>(bytes.size())); }},
      {"FieldsOutside", kPlain, nullptr, "has its list of fields out of bounds",
       AtTensor([](ModelBytes& bytes, const FlatTable& table) {
         Put(bytes, table.position(), INT32_MAX);
       })},
      {"FieldsSize", kPlain, nullptr, "has a list of fields of a wrong size",
       AtTensor([](ModelBytes& bytes, const FlatTable& table) {
         Put(bytes, FieldsOf(bytes, table.position()), uint16_t{3});
       })},
      {"TableSize", kPlain, nullptr, "extends beyond its end",
       AtTensor([](ModelBytes& bytes, const FlatTable& table) {
         Put(bytes, FieldsOf(bytes, table.position()) + 2, UINT16_MAX);
       })},
      {"ReferenceOutside", kPlain, nullptr, "a tensor's shape is out of bounds",
       ReferenceBy(schema::tensor::kShape, 1 << 30)},
      {"ReferenceAskew", kPlain, nullptr, "a tensor's shape is not aligned",
       ReferenceBy(schema::tensor::kShape, 2)},
      {"FieldOutside", kPlain, nullptr, "a tensor's buffer is outside its table",
       FieldAt(schema::tensor::kBuffer, 0xFFF0)},
      {"FieldAskew", kPlain, nullptr, "a tensor's buffer is not aligned",
       FieldAt(schema::tensor::kBuffer, 6)},
      {"VectorSize", kPlain, nullptr, "a tensor's name extends beyond its end",
       AtTensor([](ModelBytes& bytes, const FlatTable& table) {
         const size_t place = table.FieldPosition(schema::tensor::kName);
         Put(bytes, place + Get<uint32_t>(bytes, place), uint32_t{1} << 24);
       })},
      {"Unterminated", kPlain, nullptr, "a tensor's name is not terminated",
       AtTensor([](ModelBytes& bytes, const FlatTable& table) {
         const std::string_view name = table.String(schema::tensor::kName, "the name");
         bytes[static_cast<size_t>(reinterpret_cast<const uint8_t*>(name.data()) - bytes.data()) +
               name.size()] = 'x';
       })},
      {"Unfolding", "RELU, FLOAT32", ShareOperators, "expands beyond all bounds",
       ShareFirstOperator},
      {"NoBuffers", kPlain, nullptr, "has no list of buffers",
       [](ModelBytes& bytes) {
         Put(bytes, SlotOf(bytes, RootOf(bytes), schema::model::kBuffers), uint16_t{0});
       }},
      {"FilledFirstBuffer", "PRELU, FLOAT32", nullptr, "has data in buffer 0",
       [](ModelBytes& bytes) {
         const FlatBuffer buffer(bytes.data(), bytes.size());
         const FlatTables buffers = buffer.Root().Tables(schema::model::kBuffers, "the buffers");
         const size_t first = buffers.ReferencePosition(0);
         const size_t other = buffers[buffers.size() - 1].position();
         Put(bytes, first, static_cast<uint32_t>(other - first));
       }},
      {"NamelessMetadata", kPlain,
       [](ModelSpec& model) { model.metadata = {{"min_runtime_version", 0}}; },
       "A metadata entry of the model has no name",
       [](ModelBytes& bytes) {
         const FlatBuffer buffer(bytes.data(), bytes.size());
         const FlatTable entry = buffer.Root().Tables(schema::model::kMetadata, "metadata")[0];
         Put(bytes, SlotOf(bytes, entry.position(), schema::metadata::kName), uint16_t{0});
       }},
      {"LostOptions", "CONV_2D, FLOAT32", nullptr, "declares a kind of options but has none",
       [](ModelBytes& bytes) {
         const ModelFile file(bytes.data(), bytes.size(), kNoBounds);
         const size_t table = file.subgraphs()[0].operators[0].table.position();
         Put(bytes, SlotOf(bytes, table, schema::operation::kBuiltinOptions), uint16_t{0});
       }},

      {"LargeFile", kPlain, nullptr, "has more bytes than allowed: ", nullptr,
       [](ModelLimits& limits) { limits.model_bytes = 100; }},
      {"ManySubgraphs", kPlain, nullptr,
       "has more subgraphs than allowed: 1; the limit is 0. Raise limits.modelSubgraphs", nullptr,
       [](ModelLimits& limits) { limits.subgraphs = 0; }},
      {"ManyTensors", kPlain, nullptr, "has more tensors than allowed", nullptr,
       [](ModelLimits& limits) { limits.tensors = 1; }},
      {"ManyOperators", kPlain, nullptr, "has more operators than allowed", nullptr,
       [](ModelLimits& limits) { limits.operators = 0; }},
      {"ManyArguments", kPlain, nullptr, "more inputs and outputs than allowed: 2; the limit",
       nullptr, [](ModelLimits& limits) { limits.arguments = 1; }},
      {"MuchArithmetic", kPlain, nullptr, "requires more multiply-accumulates than allowed",
       nullptr, [](ModelLimits& limits) { limits.arithmetic = 1; }},
      {"MuchMemory", kPlain, nullptr, "requires more bytes for its results than allowed", nullptr,
       [](ModelLimits& limits) { limits.activation_bytes = 1; }},
      {"ManyWeights", "CONV_2D, UINT8", nullptr, "requires more bytes for its weights than allowed",
       nullptr, [](ModelLimits& limits) { limits.weight_bytes = 1; }},
  };
}

}  // namespace wasmedge_embed::test
