#include "test/tiny_model.h"

#include <flatbuffers/flatbuffers.h>

#include <algorithm>

namespace wasmedge_embed::test {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

struct Table {};

/// Fields of a table, by their number in the schema.
class TableBuilder {
 public:
  explicit TableBuilder(FlatBufferBuilder& builder)
      : builder_(builder), start_(builder.StartTable()) {}

  template <typename T>
  TableBuilder& Scalar(int field, T value) {
    builder_.AddElement<T>(Slot(field), value);
    return *this;
  }
  template <typename T>
  TableBuilder& Reference(int field, Offset<T> value) {
    builder_.AddOffset(Slot(field), value);
    return *this;
  }
  Offset<Table> Finish() { return Offset<Table>(builder_.EndTable(start_)); }

 private:
  static flatbuffers::voffset_t Slot(int field) {
    return static_cast<flatbuffers::voffset_t>(4 + 2 * field);
  }

  FlatBufferBuilder& builder_;
  flatbuffers::uoffset_t start_;
};

Offset<Table> BuildTensor(FlatBufferBuilder& builder, const TinyTensor& tensor) {
  const auto shape = builder.CreateVector(tensor.shape);
  const auto name = builder.CreateString(tensor.name);
  Offset<Table> quantization;
  if (tensor.quantization) {
    const auto scale = builder.CreateVector(std::vector<float>{tensor.quantization->first});
    const auto zero_point = builder.CreateVector(std::vector<int64_t>{tensor.quantization->second});
    quantization = TableBuilder(builder).Reference(2, scale).Reference(3, zero_point).Finish();
  }
  Offset<flatbuffers::Vector<int32_t>> shape_signature;
  if (!tensor.shape_signature.empty()) {
    shape_signature = builder.CreateVector(tensor.shape_signature);
  }
  TableBuilder table(builder);
  table.Reference(0, shape).Scalar<int8_t>(1, tensor.type).Scalar<uint32_t>(2, 0);
  table.Reference(3, name);
  if (!quantization.IsNull()) table.Reference(4, quantization);
  if (!shape_signature.IsNull()) table.Reference(7, shape_signature);
  return table.Finish();
}

Offset<Table> BuildSignature(FlatBufferBuilder& builder, const TinyModel& model) {
  const auto build = [&](const std::vector<int32_t>& tensors) {
    std::vector<Offset<Table>> arguments;
    for (const int32_t tensor : tensors) {
      const auto name =
          builder.CreateString("argument_" + model.tensors[static_cast<size_t>(tensor)].name);
      arguments.push_back(TableBuilder(builder)
                              .Reference(0, name)
                              .Scalar<uint32_t>(1, static_cast<uint32_t>(tensor))
                              .Finish());
    }
    return builder.CreateVector(arguments);
  };
  const auto inputs = build(model.signature_inputs);
  const auto outputs = build(model.signature_outputs);
  const auto key = builder.CreateString("serving_default");
  return TableBuilder(builder)
      .Reference(0, inputs)
      .Reference(1, outputs)
      .Reference(2, key)
      .Scalar<uint32_t>(4, 0)
      .Finish();
}

}  // namespace

std::vector<uint8_t> BuildTinyModel(const TinyModel& model) {
  FlatBufferBuilder builder;
  // Fields that hold their default must be there as well: 0 is one for types and indices.
  builder.ForceDefaults(true);

  std::vector<Offset<Table>> tensors;
  for (const TinyTensor& tensor : model.tensors) tensors.push_back(BuildTensor(builder, tensor));

  std::vector<Offset<Table>> codes;
  std::vector<Offset<Table>> operators;
  for (const TinyOperator& op : model.operators) {
    codes.push_back(TableBuilder(builder)
                        .Scalar<int8_t>(0, op.builtin)
                        .Scalar<int32_t>(2, 1)
                        .Scalar<int32_t>(3, op.builtin)
                        .Finish());
    const auto inputs = builder.CreateVector(op.inputs);
    const auto outputs = builder.CreateVector(op.outputs);
    operators.push_back(TableBuilder(builder)
                            .Scalar<uint32_t>(0, static_cast<uint32_t>(codes.size() - 1))
                            .Reference(1, inputs)
                            .Reference(2, outputs)
                            .Finish());
  }

  const auto tensor_vector = builder.CreateVector(tensors);
  const auto input_vector = builder.CreateVector(model.inputs);
  const auto output_vector = builder.CreateVector(model.outputs);
  const auto operator_vector = builder.CreateVector(operators);
  const auto graph_name = builder.CreateString("main");
  const auto graph = TableBuilder(builder)
                         .Reference(0, tensor_vector)
                         .Reference(1, input_vector)
                         .Reference(2, output_vector)
                         .Reference(3, operator_vector)
                         .Reference(4, graph_name)
                         .Finish();

  const auto code_vector = builder.CreateVector(codes);
  const auto graph_vector = builder.CreateVector(std::vector<Offset<Table>>{graph});
  const auto description = builder.CreateString("tiny");
  const auto buffer = TableBuilder(builder).Finish();
  const auto buffer_vector = builder.CreateVector(std::vector<Offset<Table>>{buffer});
  Offset<flatbuffers::Vector<Offset<Table>>> signature_vector;
  if (!model.signature_inputs.empty() || !model.signature_outputs.empty()) {
    signature_vector =
        builder.CreateVector(std::vector<Offset<Table>>{BuildSignature(builder, model)});
  }
  TableBuilder root(builder);
  root.Scalar<uint32_t>(0, 3)
      .Reference(1, code_vector)
      .Reference(2, graph_vector)
      .Reference(3, description)
      .Reference(4, buffer_vector);
  if (!signature_vector.IsNull()) root.Reference(7, signature_vector);
  builder.Finish(root.Finish(), "TFL3");
  return {builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize()};
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
