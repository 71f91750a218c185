#include "inference/run/assembled_model.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "inference/check/model_schema.h"
#include "inference/run/forward_writer.h"
#include "inference/run/output_reader.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kFileAlignment = 64;
constexpr char kIdentifier[] = "TFL3";
constexpr char kSignatureKey[] = "graph";

/// A reference from the front to a place in the file, whose position is only known at the end.
struct OutwardReference {
  size_t from;
  size_t file_position;
};

/// For each graph, whether it is a condition or a body of a loop.
std::vector<bool> FindLoops(const ModelFile& file) {
  std::vector<bool> loops(file.subgraphs().size());
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    for (const FileOperator& op : subgraph.operators) {
      const int32_t code = file.operator_codes()[op.code_index].code;
      if (code != schema::kWhile && code != schema::kStablehloWhile) continue;
      for (const int32_t called : op.subgraphs) loops[static_cast<size_t>(called)] = true;
    }
  }
  return loops;
}

/// Writes what precedes the file.
class FrontWriter {
 public:
  FrontWriter(const ModelFile& file, size_t graph, OutputPath path)
      : file_(file), graph_(graph), subgraph_(file.subgraphs()[graph]), path_(path) {}

  void Write(PageBuffer* lent, AssembledModel* model) {
    root_reference_ = writer_.Append(0);
    uint32_t identifier = 0;
    std::memcpy(&identifier, kIdentifier, sizeof(identifier));
    writer_.Append(identifier);
    model->model_root = WriteRoot();
    model->plain_root = WritePlainModel();
    writer_.Align(kFileAlignment);
    model->file_position = writer_.size();
    for (const OutwardReference& each : outward_) {
      writer_.Refer(each.from, model->file_position + each.file_position);
    }
    const size_t front = writer_.size();
    const bool has_room = front <= PageBuffer::kRoom;
    if (lent != nullptr && has_room) {
      model->memory = std::move(*lent);
    } else {
      // What does not fit goes where the file would begin.
      const size_t shift = has_room ? 0 : front;
      model->memory = PageBuffer(shift + file_.size());
      std::memcpy(model->memory.data() + shift, file_.bytes(), file_.size());
    }
    model->bytes = has_room ? model->memory.UseRoom(front) : model->memory.data();
    model->size = front + file_.size();
    std::memcpy(model->bytes, writer_.bytes().data(), front);
  }

 private:
  size_t WriteRoot();
  size_t WriteOperatorCodes();
  size_t WriteSubgraphs();
  size_t WriteSubgraph(const FileSubgraph& subgraph, bool reads_outputs);
  size_t WriteOperator(const std::vector<uint32_t>& inputs);
  size_t WriteSignatures();
  size_t WriteArguments(const FlatVector<int32_t>& tensors, char letter);
  size_t WritePlainModel();
  void ReferOut(size_t from, size_t file_position) { outward_.push_back({from, file_position}); }
  /// Refers to the same target as the table's field in the file; nothing if the field is missing.
  void ReferAs(const FlatTable& table, int field, const ForwardWriter::Table& to);
  bool has_reader() const noexcept { return path_ == OutputPath::kReader; }

  const ModelFile& file_;
  const size_t graph_;
  const FileSubgraph& subgraph_;
  const OutputPath path_;
  ForwardWriter writer_;
  std::vector<OutwardReference> outward_;
  size_t root_reference_ = 0;
};

void FrontWriter::ReferAs(const FlatTable& table, int field, const ForwardWriter::Table& to) {
  const size_t position = table.FieldPosition(field);
  uint32_t offset = 0;
  std::memcpy(&offset, file_.bytes() + position, sizeof(offset));
  ReferOut(to.field(field), position + offset);
}

size_t FrontWriter::WriteRoot() {
  namespace field = schema::model;
  const FlatTable root = file_.root();
  // A reference must lead somewhere, so there are roots with and without metadata.
  const bool has_metadata = root.Has(field::kMetadata);
  const ForwardWriter::Table table =
      has_metadata ? writer_.AppendTable({field::kVersion, field::kOperatorCodes, field::kSubgraphs,
                                          field::kBuffers, field::kMetadata, field::kSignatureDefs})
                   : writer_.AppendTable({field::kVersion, field::kOperatorCodes, field::kSubgraphs,
                                          field::kBuffers, field::kSignatureDefs});
  writer_.Set(table.field(field::kVersion), file_.version());
  ReferAs(root, field::kBuffers, table);
  if (has_metadata) ReferAs(root, field::kMetadata, table);
  writer_.Refer(table.field(field::kOperatorCodes), WriteOperatorCodes());
  writer_.Refer(table.field(field::kSubgraphs), WriteSubgraphs());
  writer_.Refer(table.field(field::kSignatureDefs), WriteSignatures());
  return table.position();
}

size_t FrontWriter::WriteOperatorCodes() {
  const std::vector<FileOperatorCode>& codes = file_.operator_codes();
  const size_t vector =
      writer_.AppendVector(std::vector<uint32_t>(codes.size() + (has_reader() ? 1 : 0)));
  for (size_t i = 0; i < codes.size(); ++i) {
    ReferOut(ForwardWriter::Element(vector, i), codes[i].table.position());
  }
  if (!has_reader()) return vector;
  namespace field = schema::operator_code;
  const ForwardWriter::Table table = writer_.AppendTable(
      {field::kDeprecatedBuiltinCode, field::kCustomCode, field::kVersion, field::kBuiltinCode});
  writer_.Refer(ForwardWriter::Element(vector, codes.size()), table.position());
  writer_.Set(table.field(field::kDeprecatedBuiltinCode), schema::kCustom);
  writer_.Set(table.field(field::kBuiltinCode), schema::kCustom);
  writer_.Set(table.field(field::kVersion), 1);
  writer_.Refer(table.field(field::kCustomCode), writer_.AppendString(OutputReader::kOperator));
  return vector;
}

size_t FrontWriter::WriteSubgraphs() {
  const std::vector<FileSubgraph>& subgraphs = file_.subgraphs();
  const size_t vector = writer_.AppendVector(std::vector<uint32_t>(subgraphs.size()));
  const std::vector<bool> loops = has_reader() ? FindLoops(file_) : std::vector<bool>();
  for (size_t i = 0; i < subgraphs.size(); ++i) {
    const bool reads_outputs = i == graph_ && has_reader();
    if (reads_outputs || (has_reader() && loops[i])) {
      writer_.Refer(ForwardWriter::Element(vector, i), WriteSubgraph(subgraphs[i], reads_outputs));
    } else {
      ReferOut(ForwardWriter::Element(vector, i), subgraphs[i].table.position());
    }
  }
  return vector;
}

/// The graph with the reader's operator at its end.
size_t FrontWriter::WriteSubgraph(const FileSubgraph& subgraph, bool reads_outputs) {
  namespace field = schema::subgraph;
  const ForwardWriter::Table table =
      writer_.AppendTable({field::kTensors, field::kInputs, field::kOutputs, field::kOperators,
                           field::kDebugMetadataIndex});
  const auto numbers = [](const FlatVector<int32_t>& tensors) {
    std::vector<uint32_t> copy;
    for (const int32_t tensor : tensors) copy.push_back(static_cast<uint32_t>(tensor));
    return copy;
  };
  if (subgraph.table.Has(field::kTensors)) {
    ReferAs(subgraph.table, field::kTensors, table);
  } else {
    writer_.Refer(table.field(field::kTensors), writer_.AppendVector({}));
  }
  writer_.Refer(table.field(field::kInputs), writer_.AppendVector(numbers(subgraph.inputs)));
  const FlatVector<int32_t> none;
  writer_.Refer(table.field(field::kOutputs),
                writer_.AppendVector(numbers(reads_outputs ? none : subgraph.outputs)));
  writer_.Set(table.field(field::kDebugMetadataIndex),
              static_cast<uint32_t>(subgraph.table.Scalar<int32_t>(
                  field::kDebugMetadataIndex, -1, "a subgraph's place in its metadata")));
  const size_t count = subgraph.operators.size();
  const size_t vector = writer_.AppendVector(std::vector<uint32_t>(count + 1));
  writer_.Refer(table.field(field::kOperators), vector);
  for (size_t i = 0; i < count; ++i) {
    ReferOut(ForwardWriter::Element(vector, i), subgraph.operators[i].table.position());
  }
  const std::set<uint32_t> outputs(subgraph.outputs.begin(), subgraph.outputs.end());
  const std::vector<uint32_t> inputs(outputs.begin(), outputs.end());
  writer_.Refer(ForwardWriter::Element(vector, count),
                WriteOperator(reads_outputs ? inputs : std::vector<uint32_t>()));
  return table.position();
}

size_t FrontWriter::WriteOperator(const std::vector<uint32_t>& inputs) {
  namespace field = schema::operation;
  const ForwardWriter::Table table =
      writer_.AppendTable({field::kOpcodeIndex, field::kInputs, field::kOutputs});
  writer_.Set(table.field(field::kOpcodeIndex),
              static_cast<uint32_t>(file_.operator_codes().size()));
  writer_.Refer(table.field(field::kInputs), writer_.AppendVector(inputs));
  writer_.Refer(table.field(field::kOutputs), writer_.AppendVector({}));
  return table.position();
}

size_t FrontWriter::WriteSignatures() {
  namespace field = schema::signature_def;
  const size_t vector = writer_.AppendVector({0});
  const ForwardWriter::Table table = writer_.AppendTable(
      {field::kInputs, field::kOutputs, field::kSignatureKey, field::kSubgraphIndex});
  writer_.Refer(ForwardWriter::Element(vector, 0), table.position());
  writer_.Set(table.field(field::kSubgraphIndex), static_cast<uint32_t>(graph_));
  writer_.Refer(table.field(field::kSignatureKey), writer_.AppendString(kSignatureKey));
  writer_.Refer(table.field(field::kInputs), WriteArguments(subgraph_.inputs, 'i'));
  const FlatVector<int32_t> none;
  writer_.Refer(table.field(field::kOutputs),
                WriteArguments(has_reader() ? none : subgraph_.outputs, 'o'));
  return vector;
}

size_t FrontWriter::WriteArguments(const FlatVector<int32_t>& tensors, char letter) {
  namespace field = schema::tensor_map;
  const size_t vector = writer_.AppendVector(std::vector<uint32_t>(tensors.size()));
  for (size_t i = 0; i < tensors.size(); ++i) {
    const ForwardWriter::Table table = writer_.AppendTable({field::kName, field::kTensorIndex});
    writer_.Refer(ForwardWriter::Element(vector, i), table.position());
    writer_.Set(table.field(field::kTensorIndex), static_cast<uint32_t>(tensors[i]));
    writer_.Refer(table.field(field::kName), writer_.AppendString(letter + std::to_string(i)));
  }
  return vector;
}

/// A single ABS of a single float.
size_t FrontWriter::WritePlainModel() {
  namespace field = schema::model;
  const ForwardWriter::Table root = writer_.AppendTable(
      {field::kVersion, field::kOperatorCodes, field::kSubgraphs, field::kBuffers});
  writer_.Set(root.field(field::kVersion), schema::kVersion);

  const size_t codes = writer_.AppendVector({0});
  writer_.Refer(root.field(field::kOperatorCodes), codes);
  const ForwardWriter::Table code = writer_.AppendTable(
      {schema::operator_code::kDeprecatedBuiltinCode, schema::operator_code::kBuiltinCode});
  writer_.Refer(ForwardWriter::Element(codes, 0), code.position());
  writer_.Set(code.field(schema::operator_code::kDeprecatedBuiltinCode), schema::kAbs);
  writer_.Set(code.field(schema::operator_code::kBuiltinCode), schema::kAbs);

  const size_t buffers = writer_.AppendVector({0});
  writer_.Refer(root.field(field::kBuffers), buffers);
  writer_.Refer(ForwardWriter::Element(buffers, 0), writer_.AppendTable({}).position());

  const size_t subgraphs = writer_.AppendVector({0});
  writer_.Refer(root.field(field::kSubgraphs), subgraphs);
  const ForwardWriter::Table subgraph =
      writer_.AppendTable({schema::subgraph::kTensors, schema::subgraph::kInputs,
                           schema::subgraph::kOutputs, schema::subgraph::kOperators});
  writer_.Refer(ForwardWriter::Element(subgraphs, 0), subgraph.position());
  writer_.Refer(subgraph.field(schema::subgraph::kInputs), writer_.AppendVector({0}));
  writer_.Refer(subgraph.field(schema::subgraph::kOutputs), writer_.AppendVector({1}));
  const size_t tensors = writer_.AppendVector({0, 0});
  writer_.Refer(subgraph.field(schema::subgraph::kTensors), tensors);
  for (size_t i = 0; i < 2; ++i) {
    const ForwardWriter::Table tensor =
        writer_.AppendTable({schema::tensor::kShape, schema::tensor::kName});
    writer_.Refer(ForwardWriter::Element(tensors, i), tensor.position());
    writer_.Refer(tensor.field(schema::tensor::kShape), writer_.AppendVector({1}));
    writer_.Refer(tensor.field(schema::tensor::kName), writer_.AppendString(i == 0 ? "x" : "y"));
  }
  const size_t operators = writer_.AppendVector({0});
  writer_.Refer(subgraph.field(schema::subgraph::kOperators), operators);
  const ForwardWriter::Table op =
      writer_.AppendTable({schema::operation::kInputs, schema::operation::kOutputs});
  writer_.Refer(ForwardWriter::Element(operators, 0), op.position());
  writer_.Refer(op.field(schema::operation::kInputs), writer_.AppendVector({0}));
  writer_.Refer(op.field(schema::operation::kOutputs), writer_.AppendVector({1}));
  return root.position();
}

/// Data after the FlatBuffer are identified by their position from the beginning, which has
/// changed.
void MoveOutsideData(const ModelFile& file, AssembledModel* model) {
  // Tables may be shared.
  std::set<size_t> positions;
  for (const FileBuffer& buffer : file.buffers()) {
    // TensorFlow Lite treats 0 and 1 as absent.
    if (buffer.is_outside && buffer.offset > 1) {
      positions.insert(buffer.table.FieldPosition(schema::buffer::kOffset));
    }
  }
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    for (const FileOperator& op : subgraph.operators) {
      if (op.large_options_offset > 1) {
        positions.insert(op.table.FieldPosition(schema::operation::kLargeCustomOptionsOffset));
      }
    }
  }
  for (const size_t position : positions) {
    uint8_t* at = model->bytes + model->file_position + position;
    uint64_t offset = 0;
    std::memcpy(&offset, at, sizeof(offset));
    offset += model->file_position;
    std::memcpy(at, &offset, sizeof(offset));
  }
}

void FindStateMarks(const ModelFile& file, AssembledModel* model) {
  const auto add = [&](size_t position, size_t size) {
    uint32_t value = 0;
    std::memcpy(&value, file.bytes() + position, size);
    model->state_marks.push_back({model->file_position + position, value, size});
  };
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    for (const FileTensor& tensor : subgraph.tensors) {
      if (tensor.is_variable) add(tensor.table.FieldPosition(schema::tensor::kIsVariable), 1);
    }
    for (const FileOperator& op : subgraph.operators) {
      if (op.intermediates.empty()) continue;
      const size_t field = op.table.FieldPosition(schema::operation::kIntermediates);
      uint32_t offset = 0;
      std::memcpy(&offset, file.bytes() + field, sizeof(offset));
      add(field + offset, sizeof(offset));
    }
  }
}

}  // namespace

OutputPath ChooseOutputPath(const ModelFile& file, size_t graph, bool static_shapes) {
  if (!static_shapes) return OutputPath::kReader;
  const FileSubgraph& subgraph = file.subgraphs()[graph];
  // TensorFlow Lite computes everything that depends only on constants and shapes before the run.
  std::vector<bool> varies(subgraph.tensors.size());
  std::vector<bool> computed(subgraph.tensors.size());
  for (const int32_t input : subgraph.inputs) varies[static_cast<size_t>(input)] = true;
  for (const FileOperator& op : subgraph.operators) {
    const int32_t code = file.operator_codes()[op.code_index].code;
    const bool reads_values = code != schema::kShape && code != schema::kRank;
    const bool depends =
        reads_values && std::any_of(op.inputs.begin(), op.inputs.end(), [&](int32_t input) {
          return input >= 0 && varies[static_cast<size_t>(input)];
        });
    for (const int32_t output : op.outputs) {
      if (output < 0) continue;
      varies[static_cast<size_t>(output)] = depends;
      computed[static_cast<size_t>(output)] = true;
    }
  }
  std::set<int32_t> seen;
  for (const int32_t output : subgraph.outputs) {
    const auto index = static_cast<size_t>(output);
    if (!computed[index] || !varies[index] || !seen.insert(output).second) {
      return OutputPath::kReader;
    }
  }
  return OutputPath::kBuffers;
}

void AssembledModel::SetRoot(size_t root) noexcept {
  const auto offset = static_cast<uint32_t>(root);
  std::memcpy(bytes, &offset, sizeof(offset));
}

void AssembledModel::ShowState(bool is_shown) noexcept {
  for (const StateMark& mark : state_marks) {
    const uint32_t value = is_shown ? mark.value : 0;
    std::memcpy(bytes + mark.position, &value, mark.size);
  }
}

AssembledModel AssembleModel(const ModelFile& file, size_t graph, OutputPath path,
                             PageBuffer* lent) {
  AssembledModel model;
  FrontWriter(file, graph, path).Write(lent, &model);
  MoveOutsideData(file, &model);
  FindStateMarks(file, &model);
  return model;
}

}  // namespace wasmedge_embed
