#include "test/model_builder.h"

#include <flatbuffers/flatbuffers.h>

namespace wasmedge_embed::test {
namespace {

using flatbuffers::FlatBufferBuilder;
using flatbuffers::Offset;

struct Table {};
using Tables = Offset<flatbuffers::Vector<Offset<Table>>>;

/// A table's fields by number: objects that it refers to are created before the table begins.
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
    if (!value.IsNull()) builder_.AddOffset(Slot(field), value);
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

template <typename T>
Offset<flatbuffers::Vector<T>> VectorUnlessEmpty(FlatBufferBuilder& builder,
                                                 const std::vector<T>& values) {
  return values.empty() ? Offset<flatbuffers::Vector<T>>() : builder.CreateVector(values);
}

/// The model's tables, in the order in which they refer to each other.
class ModelWriter {
 public:
  ModelWriter() {
    // Fields with their default value must be present as well, so that a mutation can reach them.
    builder_.ForceDefaults(true);
    buffers_.push_back(TableBuilder(builder_).Finish());
  }

  std::vector<uint8_t> Write(const ModelSpec& model) {
    std::vector<Offset<Table>> graphs;
    for (const SpecGraph& graph : model.graphs) graphs.push_back(Graph(graph));
    std::vector<Offset<Table>> metadata;
    for (const auto& [name, buffer] : model.metadata) {
      const auto text = builder_.CreateString(name);
      metadata.push_back(TableBuilder(builder_)
                             .Reference(schema::metadata::kName, text)
                             .Scalar<uint32_t>(schema::metadata::kBuffer, buffer)
                             .Finish());
    }
    std::vector<Offset<Table>> signatures;
    for (const SpecSignature& signature : model.signatures) {
      signatures.push_back(Signature(signature));
    }
    if (model.outside) {
      buffers_.push_back(TableBuilder(builder_)
                             .Scalar<uint64_t>(schema::buffer::kOffset, model.outside->first)
                             .Scalar<uint64_t>(schema::buffer::kSize, model.outside->second)
                             .Finish());
    }
    std::vector<Offset<Table>> external;
    for (size_t i = 0; i < model.external_buffers; ++i) {
      external.push_back(TableBuilder(builder_).Finish());
    }
    const auto codes = builder_.CreateVector(codes_);
    const auto graph_vector = builder_.CreateVector(graphs);
    const auto description = builder_.CreateString("made for a test");
    const auto buffers = builder_.CreateVector(buffers_);
    const auto metadata_vector = VectorUnlessEmpty(builder_, metadata);
    const auto signature_vector = VectorUnlessEmpty(builder_, signatures);
    const auto external_vector = VectorUnlessEmpty(builder_, external);
    builder_.Finish(TableBuilder(builder_)
                        .Scalar<uint32_t>(schema::model::kVersion, model.version)
                        .Reference(schema::model::kOperatorCodes, codes)
                        .Reference(schema::model::kSubgraphs, graph_vector)
                        .Reference(schema::model::kDescription, description)
                        .Reference(schema::model::kBuffers, buffers)
                        .Reference(schema::model::kMetadata, metadata_vector)
                        .Reference(schema::model::kSignatureDefs, signature_vector)
                        .Reference(schema::model::kExternalBuffers, external_vector)
                        .Finish(),
                    "TFL3");
    return {builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize()};
  }

 private:
  Offset<Table> Tensor(const SpecTensor& tensor) {
    uint32_t buffer = 0;
    if (tensor.data) {
      buffer = static_cast<uint32_t>(buffers_.size());
      builder_.ForceVectorAlignment(tensor.data->size(), sizeof(uint8_t), 16);
      const auto data = builder_.CreateVector(*tensor.data);
      buffers_.push_back(TableBuilder(builder_).Reference(schema::buffer::kData, data).Finish());
    }
    const auto shape = builder_.CreateVector(tensor.shape);
    const auto name = builder_.CreateString(tensor.name);
    const auto signature = VectorUnlessEmpty(builder_, tensor.shape_signature);
    Offset<Table> quantization;
    if (!tensor.scales.empty() || !tensor.zero_points.empty() || tensor.quantization_details != 0) {
      const auto details =
          TableBuilder(builder_).Scalar<int32_t>(0, tensor.details_scales).Finish();
      const auto scales = builder_.CreateVector(tensor.scales);
      const auto zero_points = builder_.CreateVector(tensor.zero_points);
      TableBuilder table(builder_);
      table.Reference(schema::quantization::kScale, scales)
          .Reference(schema::quantization::kZeroPoint, zero_points)
          .Scalar<int32_t>(schema::quantization::kQuantizedDimension, tensor.quantized_dimension);
      if (tensor.quantization_details != 0) {
        table.Scalar<uint8_t>(schema::quantization::kDetailsType, tensor.quantization_details)
            .Reference(schema::quantization::kDetails, details);
      }
      quantization = table.Finish();
    }
    Offset<Table> sparsity;
    if (tensor.is_sparse) sparsity = TableBuilder(builder_).Finish();
    return TableBuilder(builder_)
        .Reference(schema::tensor::kShape, shape)
        .Scalar<int8_t>(schema::tensor::kType, tensor.type)
        .Scalar<uint32_t>(schema::tensor::kBuffer, tensor.buffer.value_or(buffer))
        .Reference(schema::tensor::kName, name)
        .Reference(schema::tensor::kQuantization, quantization)
        .Scalar<uint8_t>(schema::tensor::kIsVariable, tensor.is_variable ? 1 : 0)
        .Reference(schema::tensor::kSparsity, sparsity)
        .Reference(schema::tensor::kShapeSignature, signature)
        .Scalar<uint32_t>(schema::tensor::kExternalBuffer, tensor.external_buffer)
        .Finish();
  }

  Offset<Table> Options(const SpecOperator& op) {
    std::vector<Offset<flatbuffers::Vector<int32_t>>> vectors(op.options.size());
    for (size_t field = 0; field < op.options.size(); ++field) {
      if (const auto* list = std::get_if<std::vector<int32_t>>(&op.options[field])) {
        vectors[field] = builder_.CreateVector(*list);
      }
    }
    TableBuilder table(builder_);
    for (size_t field = 0; field < op.options.size(); ++field) {
      const int number = static_cast<int>(field);
      if (const auto* byte = std::get_if<int8_t>(&op.options[field])) {
        table.Scalar<int8_t>(number, *byte);
      } else if (const auto* integer = std::get_if<int32_t>(&op.options[field])) {
        table.Scalar<int32_t>(number, *integer);
      } else if (const auto* real = std::get_if<float>(&op.options[field])) {
        table.Scalar<float>(number, *real);
      } else {
        table.Reference(number, vectors[field]);
      }
    }
    return table.Finish();
  }

  Offset<Table> Operator(const SpecOperator& op) {
    const auto code_index = static_cast<uint32_t>(codes_.size());
    Offset<flatbuffers::String> custom_name;
    if (!op.custom_name.empty()) custom_name = builder_.CreateString(op.custom_name);
    codes_.push_back(TableBuilder(builder_)
                         .Reference(schema::operator_code::kCustomCode, custom_name)
                         .Scalar<int8_t>(schema::operator_code::kDeprecatedBuiltinCode,
                                         static_cast<int8_t>(op.code < 127 ? op.code : 127))
                         .Scalar<int32_t>(schema::operator_code::kVersion, op.version)
                         .Scalar<int32_t>(schema::operator_code::kBuiltinCode, op.code)
                         .Finish());
    const auto inputs = builder_.CreateVector(op.inputs);
    const auto outputs = builder_.CreateVector(op.outputs);
    const auto options = Options(op);
    const auto custom = VectorUnlessEmpty(builder_, op.custom_options);
    const auto intermediates = VectorUnlessEmpty(builder_, op.intermediates);
    Offset<flatbuffers::Vector<uint8_t>> mutated;
    const auto options_2 = TableBuilder(builder_).Finish();
    if (op.mutates_inputs) mutated = builder_.CreateVector(std::vector<uint8_t>{1});
    TableBuilder table(builder_);
    table.Scalar<uint32_t>(schema::operation::kOpcodeIndex, op.code_index.value_or(code_index))
        .Reference(schema::operation::kInputs, inputs)
        .Reference(schema::operation::kOutputs, outputs)
        .Scalar<uint8_t>(schema::operation::kBuiltinOptionsType, op.options_type);
    if (op.options_type != 0) table.Reference(schema::operation::kBuiltinOptions, options);
    table.Reference(schema::operation::kCustomOptions, custom)
        .Reference(schema::operation::kMutatingVariableInputs, mutated)
        .Reference(schema::operation::kIntermediates, intermediates)
        .Scalar<uint8_t>(schema::operation::kBuiltinOptions2Type, op.options_2_type);
    if (op.has_options_2) table.Reference(schema::operation::kBuiltinOptions2, options_2);
    if (op.large_options_size != 0) {
      table.Scalar<uint64_t>(schema::operation::kLargeCustomOptionsOffset, op.large_options_offset)
          .Scalar<uint64_t>(schema::operation::kLargeCustomOptionsSize, op.large_options_size);
    }
    return table.Finish();
  }

  Offset<Table> Graph(const SpecGraph& graph) {
    std::vector<Offset<Table>> tensors;
    for (const SpecTensor& tensor : graph.tensors) tensors.push_back(Tensor(tensor));
    std::vector<Offset<Table>> operators;
    for (const SpecOperator& op : graph.operators) operators.push_back(Operator(op));
    const auto tensor_vector = builder_.CreateVector(tensors);
    const auto inputs = builder_.CreateVector(graph.inputs);
    const auto outputs = builder_.CreateVector(graph.outputs);
    const auto operator_vector = builder_.CreateVector(operators);
    const auto name = builder_.CreateString("main");
    return TableBuilder(builder_)
        .Reference(schema::subgraph::kTensors, tensor_vector)
        .Reference(schema::subgraph::kInputs, inputs)
        .Reference(schema::subgraph::kOutputs, outputs)
        .Reference(schema::subgraph::kOperators, operator_vector)
        .Reference(schema::subgraph::kName, name)
        .Finish();
  }

  Tables Arguments(const std::vector<SpecArgument>& arguments) {
    std::vector<Offset<Table>> tables;
    for (const SpecArgument& argument : arguments) {
      const auto name = builder_.CreateString(argument.name);
      tables.push_back(TableBuilder(builder_)
                           .Reference(schema::tensor_map::kName, name)
                           .Scalar<uint32_t>(schema::tensor_map::kTensorIndex, argument.tensor)
                           .Finish());
    }
    return builder_.CreateVector(tables);
  }

  Offset<Table> Signature(const SpecSignature& signature) {
    const auto inputs = Arguments(signature.inputs);
    const auto outputs = Arguments(signature.outputs);
    Offset<flatbuffers::String> key;
    if (signature.has_key) key = builder_.CreateString(signature.key);
    return TableBuilder(builder_)
        .Reference(schema::signature_def::kInputs, inputs)
        .Reference(schema::signature_def::kOutputs, outputs)
        .Reference(schema::signature_def::kSignatureKey, key)
        .Scalar<uint32_t>(schema::signature_def::kSubgraphIndex, signature.subgraph)
        .Finish();
  }

  FlatBufferBuilder builder_;
  std::vector<Offset<Table>> buffers_;
  std::vector<Offset<Table>> codes_;
};

}  // namespace

std::vector<uint8_t> BuildModel(const ModelSpec& model) { return ModelWriter().Write(model); }

}  // namespace wasmedge_embed::test
