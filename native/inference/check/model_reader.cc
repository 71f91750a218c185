#include "inference/check/model_reader.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "inference/check/model_schema.h"

namespace wasmedge_embed {
namespace {

// The root table's offset and the file identifier.
constexpr size_t kHeaderSize = 8;

[[noreturn]] void Refuse(const std::string& reason) { throw Error(ErrorCode::kModel, reason); }

void CheckHeader(const uint8_t* bytes, size_t size) {
  const auto refuse = [](const std::string& reason) {
    Refuse("Not a TensorFlow Lite model: " + reason + ". Expected the bytes of a .tflite file.");
  };
  if (size < kHeaderSize) refuse("it has only " + std::to_string(size) + " bytes");
  if (!HasModelIdentifier(bytes, size)) refuse("it lacks the file identifier \"TFL3\"");
  // Some offsets in a FlatBuffer are signed 32-bit numbers.
  if (size > INT32_MAX) refuse("it is larger than 2 GiB");
}

void Take(size_t count, size_t* left, const char* what, const char* limit) {
  if (count > *left) {
    throw Error(ErrorCode::kLimit, std::string("The model has more ") + what + " than allowed.",
                limit);
  }
  *left -= count;
}

/// Verifies data that is not needed here, because LiteRT reads it.
void VerifyOptions(const FlatTable& options, const char* layout, std::vector<int32_t>* subgraphs) {
  constexpr char kWhat[] = "an operator's option";
  for (int field = 0; layout[field] != '\0'; ++field) {
    switch (layout[field]) {
      case '1':
        options.Scalar<uint8_t>(field, 0, kWhat);
        break;
      case '4':
        options.Scalar<uint32_t>(field, 0, kWhat);
        break;
      case '8':
        options.Scalar<uint64_t>(field, 0, kWhat);
        break;
      case 'b':
        options.Bytes(field, kWhat);
        break;
      case 'i':
        options.Vector<int32_t>(field, kWhat);
        break;
      case 'l':
        options.Vector<int64_t>(field, kWhat);
        break;
      case 'g':
        subgraphs->push_back(options.Scalar<int32_t>(field, 0, kWhat));
        break;
      case 'G':
        for (const int32_t subgraph : options.Vector<int32_t>(field, kWhat)) {
          subgraphs->push_back(subgraph);
        }
        break;
      case 'f':
        options.Vector<float>(field, kWhat);
        break;
      case 's':
        options.String(field, kWhat);
        break;
      default:
        break;
    }
  }
}

/// The same for the lists from which a sparse tensor is unpacked.
void VerifySparsity(const FlatTable& sparsity) {
  constexpr char kWhat[] = "a tensor's sparsity";
  sparsity.Vector<int32_t>(schema::sparsity::kTraversalOrder, kWhat);
  sparsity.Vector<int32_t>(schema::sparsity::kBlockMap, kWhat);
  const FlatTables dimensions = sparsity.Tables(schema::sparsity::kDimMetadata, kWhat);
  for (size_t i = 0; i < dimensions.size(); ++i) {
    namespace field = schema::sparse_dimension;
    const FlatTable dimension = dimensions[i];
    dimension.Scalar<uint8_t>(field::kFormat, 0, kWhat);
    dimension.Scalar<int32_t>(field::kDenseSize, 0, kWhat);
    const auto verify = [&](int type_field, int table_field) {
      const auto type = dimension.Scalar<uint8_t>(type_field, 0, kWhat);
      const auto table = dimension.Table(table_field, kWhat);
      if (!table) return;
      if (type == schema::kInt32Vector) table->Vector<int32_t>(0, kWhat);
      if (type == schema::kUint16Vector) table->Vector<uint16_t>(0, kWhat);
      if (type == schema::kUint8Vector) table->Vector<uint8_t>(0, kWhat);
    };
    verify(field::kArraySegmentsType, field::kArraySegments);
    verify(field::kArrayIndicesType, field::kArrayIndices);
  }
}

void ReadDetails(const FlatTable& table, FileQuantization* quantization) {
  constexpr char kWhat[] = "a tensor's details of quantization";
  const auto details = table.Table(schema::quantization::kDetails, kWhat);
  if (!details) return;
  switch (quantization->details_type) {
    case schema::kCustomQuantization:
      details->Bytes(0, kWhat);
      return;
    case schema::kMultiAxisQuantization:
      details->Vector<int32_t>(3, kWhat);
      [[fallthrough]];
    case schema::kBlockwiseQuantization:
      quantization->scale_tensor = details->Scalar<int32_t>(0, 0, kWhat);
      quantization->zero_point_tensor = details->Scalar<int32_t>(1, 0, kWhat);
      details->Scalar<int32_t>(2, 0, kWhat);
      return;
    default:
      return;
  }
}

FileQuantization ReadQuantization(const FlatTable& table) {
  namespace field = schema::quantization;
  FileQuantization quantization;
  table.Vector<float>(field::kMin, "a tensor's minimum");
  table.Vector<float>(field::kMax, "a tensor's maximum");
  quantization.scales = table.Vector<float>(field::kScale, "a tensor's list of scales");
  quantization.zero_points =
      table.Vector<int64_t>(field::kZeroPoint, "a tensor's list of zero points");
  quantization.details_type =
      table.Scalar<uint8_t>(field::kDetailsType, 0, "a tensor's kind of quantization");
  ReadDetails(table, &quantization);
  quantization.dimension =
      table.Scalar<int32_t>(field::kQuantizedDimension, 0, "a tensor's quantized dimension");
  return quantization;
}

FileTensor ReadTensor(const FlatTable& table) {
  namespace field = schema::tensor;
  FileTensor tensor{table, {}, 0, {}, {}, 0, {}, false, false, false, false, 0};
  tensor.shape = table.Vector<int32_t>(field::kShape, "a tensor's shape");
  tensor.type = table.Scalar<int8_t>(field::kType, 0, "a tensor's type");
  tensor.buffer = table.Scalar<uint32_t>(field::kBuffer, 0, "a tensor's buffer");
  tensor.name = table.String(field::kName, "a tensor's name");
  if (const auto quantization = table.Table(field::kQuantization, "a tensor's quantization")) {
    tensor.quantization = ReadQuantization(*quantization);
  }
  tensor.is_variable = table.Scalar<uint8_t>(field::kIsVariable, 0, "a tensor's kind") != 0;
  if (const auto sparsity = table.Table(field::kSparsity, "a tensor's sparsity")) {
    tensor.is_sparse = true;
    VerifySparsity(*sparsity);
  }
  tensor.shape_signature =
      table.Vector<int32_t>(field::kShapeSignature, "a tensor's shape signature");
  tensor.has_rank = table.Scalar<uint8_t>(field::kHasRank, 0, "a tensor's rank") != 0;
  tensor.has_variants = table.Tables(field::kVariantTensors, "a tensor's variants").size() != 0;
  tensor.external_buffer =
      table.Scalar<uint32_t>(field::kExternalBuffer, 0, "a tensor's external buffer");
  return tensor;
}

FileOperator ReadOperator(const FlatTable& table) {
  namespace field = schema::operation;
  FileOperator op{table, 0, {}, {}, 0, {}, false, false, 0, 0, false, false, {}, {}};
  op.code_index = table.Scalar<uint32_t>(field::kOpcodeIndex, 0, "an operator's code");
  op.inputs = table.Vector<int32_t>(field::kInputs, "an operator's list of inputs");
  op.outputs = table.Vector<int32_t>(field::kOutputs, "an operator's list of outputs");
  op.options_type =
      table.Scalar<uint8_t>(field::kBuiltinOptionsType, 0, "an operator's kind of options");
  if (op.options_type != 0) {
    op.options = table.Table(field::kBuiltinOptions, "an operator's options");
    const char* layout = schema::OptionsLayout(op.options_type);
    if (layout == nullptr) {
      Refuse("An operator of the model has options of an unknown kind (" +
             std::to_string(op.options_type) + ").");
    }
    if (op.options) VerifyOptions(*op.options, layout, &op.subgraphs);
  }
  const auto more_options_type =
      table.Scalar<uint8_t>(field::kBuiltinOptions2Type, 0, "an operator's kind of options");
  op.has_more_options = more_options_type != 0;
  const auto more_options = table.Table(field::kBuiltinOptions2, "an operator's options");
  if (op.has_more_options && more_options) {
    const char* layout = schema::OptionsLayout2(more_options_type);
    if (layout == nullptr) {
      Refuse("An operator of the model has options of an unknown second kind (" +
             std::to_string(more_options_type) + ").");
    }
    VerifyOptions(*more_options, layout, &op.subgraphs);
  }
  op.large_options_offset =
      table.Scalar<uint64_t>(field::kLargeCustomOptionsOffset, 0, "an operator's options");
  op.large_options_size =
      table.Scalar<uint64_t>(field::kLargeCustomOptionsSize, 0, "an operator's options");
  op.has_custom_options = op.large_options_offset != 0 || op.large_options_size != 0 ||
                          !table.Bytes(field::kCustomOptions, "an operator's options").empty();
  table.Scalar<uint8_t>(field::kCustomOptionsFormat, 0, "an operator's options");
  const FlatVector<uint8_t> mutated =
      table.Vector<uint8_t>(field::kMutatingVariableInputs, "an operator's list of variables");
  for (const uint8_t mutates : mutated) op.mutates_inputs = op.mutates_inputs || mutates != 0;
  table.Scalar<int32_t>(field::kDebugMetadataIndex, 0, "an operator's place in the metadata");
  op.intermediates = table.Vector<int32_t>(field::kIntermediates, "an operator's intermediates");
  op.has_intermediates = !op.intermediates.empty();
  return op;
}

std::vector<FileArgument> ReadArguments(const FlatTables& tables) {
  namespace field = schema::tensor_map;
  std::vector<FileArgument> arguments;
  arguments.reserve(tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    const FlatTable table = tables[i];
    arguments.push_back({table.String(field::kName, "a signature's name"),
                         table.Scalar<uint32_t>(field::kTensorIndex, 0, "a signature's tensor")});
  }
  return arguments;
}

}  // namespace

bool HasModelIdentifier(const uint8_t* bytes, size_t size) noexcept {
  return size >= kHeaderSize && std::memcmp(bytes + 4, "TFL3", 4) == 0;
}

TensorShape::TensorShape(std::initializer_list<int64_t> dimensions) noexcept {
  for (const int64_t size : dimensions) Append(size);
}

void TensorShape::Append(int64_t size) noexcept {
  if (rank_ < kMaximumRank) dimensions_[rank_++] = size;
}

uint64_t TensorShape::Product(size_t first, size_t last) const noexcept {
  uint64_t product = 1;
  for (size_t axis = first; axis < last; ++axis) {
    product *= static_cast<uint64_t>(dimensions_[axis]);
  }
  return product;
}

bool TensorShape::operator==(const TensorShape& other) const noexcept {
  return std::equal(begin(), end(), other.begin(), other.end());
}

std::string TensorShape::ToString() const {
  std::string text = "[";
  for (size_t axis = 0; axis < rank_; ++axis) {
    text += (axis == 0 ? "" : ",") + std::to_string(dimensions_[axis]);
  }
  return text + "]";
}

ModelFile::ModelFile(const uint8_t* bytes, size_t size, const Bounds& bounds,
                     FlatAlignment alignment)
    : buffer_(bytes, size, alignment), left_(bounds) {
  namespace field = schema::model;
  CheckHeader(bytes, size);
  const FlatTable root = buffer_.Root();
  version_ = root.Scalar<uint32_t>(field::kVersion, 0, "the schema's version");
  ReadOperatorCodes(root);
  ReadBuffers(root);
  const FlatTables subgraphs = root.Tables(field::kSubgraphs, "the list of subgraphs");
  Take(subgraphs.size(), &left_.subgraphs, "subgraphs", "subgraphs");
  subgraphs_.reserve(subgraphs.size());
  for (size_t i = 0; i < subgraphs.size(); ++i) ReadSubgraph(subgraphs[i]);
  root.String(field::kDescription, "the description");
  root.Vector<int32_t>(field::kMetadataBuffer, "the list of metadata buffers");
  ReadMetadata(root);
  ReadSignatures(root);
  has_external_buffers_ =
      root.Tables(field::kExternalBuffers, "the list of external buffers").size() != 0 ||
      root.Tables(field::kExternalBufferGroups, "the list of external files").size() != 0;
}

void ModelFile::ReadOperatorCodes(const FlatTable& root) {
  namespace field = schema::operator_code;
  const FlatTables tables =
      root.Tables(schema::model::kOperatorCodes, "the list of operator codes");
  operator_codes_.reserve(tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    const FlatTable table = tables[i];
    const int32_t old_code =
        table.Scalar<int8_t>(field::kDeprecatedBuiltinCode, 0, "an operator code");
    const std::string_view custom_name =
        table.String(field::kCustomCode, "a custom operator's name");
    const auto version = table.Scalar<int32_t>(field::kVersion, 1, "an operator code's version");
    const auto code = table.Scalar<int32_t>(field::kBuiltinCode, 0, "an operator code");
    operator_codes_.push_back(
        {table, tables.ReferencePosition(i), std::max(old_code, code), version, custom_name});
  }
}

void ModelFile::ReadBuffers(const FlatTable& root) {
  namespace field = schema::buffer;
  const FlatTables tables = root.Tables(schema::model::kBuffers, "the list of buffers");
  buffers_.reserve(tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    const FlatTable table = tables[i];
    const FlatVector<uint8_t> data = table.Bytes(field::kData, "a buffer's data");
    const auto offset = table.Scalar<uint64_t>(field::kOffset, 0, "a buffer's offset");
    const auto size = table.Scalar<uint64_t>(field::kSize, 0, "a buffer's size");
    buffers_.push_back({table, data, offset != 0 || size != 0, offset, size});
  }
}

void ModelFile::ReadSubgraph(const FlatTable& table) {
  namespace field = schema::subgraph;
  FileSubgraph& subgraph = subgraphs_.emplace_back(FileSubgraph{table, {}, {}, {}, {}});
  const FlatTables tensors = table.Tables(field::kTensors, "the list of tensors");
  Take(tensors.size(), &left_.tensors, "tensors", "tensors");
  subgraph.tensors.reserve(tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) subgraph.tensors.push_back(ReadTensor(tensors[i]));
  subgraph.inputs = table.Vector<int32_t>(field::kInputs, "the list of inputs");
  subgraph.outputs = table.Vector<int32_t>(field::kOutputs, "the list of outputs");
  const FlatTables operators = table.Tables(field::kOperators, "the list of operators");
  Take(operators.size(), &left_.operators, "operators", "operators");
  subgraph.operators.reserve(operators.size());
  for (size_t i = 0; i < operators.size(); ++i) {
    subgraph.operators.push_back(ReadOperator(operators[i]));
  }
  table.String(field::kName, "a subgraph's name");
  table.Scalar<int32_t>(field::kDebugMetadataIndex, 0, "a subgraph's place in the metadata");
}

void ModelFile::ReadMetadata(const FlatTable& root) {
  namespace field = schema::metadata;
  const FlatTables tables = root.Tables(schema::model::kMetadata, "the list of metadata");
  metadata_.reserve(tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    const FlatTable table = tables[i];
    // LiteRT reads the name without checking that it exists.
    if (!table.Has(field::kName)) Refuse("A metadata entry of the model has no name.");
    metadata_.push_back({table.String(field::kName, "the name of metadata"),
                         table.Scalar<uint32_t>(field::kBuffer, 0, "a metadata's buffer")});
  }
}

void ModelFile::ReadSignatures(const FlatTable& root) {
  namespace field = schema::signature_def;
  const FlatTables tables = root.Tables(schema::model::kSignatureDefs, "the list of signatures");
  signatures_.reserve(tables.size());
  for (size_t i = 0; i < tables.size(); ++i) {
    const FlatTable table = tables[i];
    FileSignature& signature = signatures_.emplace_back();
    signature.inputs = ReadArguments(table.Tables(field::kInputs, "a signature's inputs"));
    signature.outputs = ReadArguments(table.Tables(field::kOutputs, "a signature's outputs"));
    signature.key = table.String(field::kSignatureKey, "a signature's key");
    signature.has_key = table.Has(field::kSignatureKey);
    signature.subgraph = table.Scalar<uint32_t>(field::kSubgraphIndex, 0, "a signature's subgraph");
  }
}

}  // namespace wasmedge_embed
