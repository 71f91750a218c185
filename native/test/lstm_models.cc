#include "test/lstm_models.h"

#include <optional>
#include <string>
#include <utility>

#include "test/operator_model_parts.h"

namespace wasmedge_embed::test {
namespace {

using schema::TensorType;
using Ints = std::vector<int32_t>;

constexpr int32_t kBatch = 2;
constexpr int32_t kSteps = 3;
constexpr int32_t kDepth = 4;
constexpr int32_t kCells = 5;
constexpr float kCellScale = 1.0F / 2048;

struct Parts {
  bool has_input_gate = true;
  bool has_peepholes = false;
  bool has_projection = false;
  bool has_normalization = false;
  bool time_comes_first = false;
  bool quantizes_around_zero = true;
  float cell_clip = 0;
  float projection_clip = 0;
};

class LstmBuilder {
 public:
  LstmBuilder(int8_t input, int8_t weights, const Parts& parts)
      : input_(input),
        weights_(weights),
        parts_(parts),
        is_integer_(input == TensorType::kInt8),
        outputs_(parts.has_projection ? 3 : kCells) {}

  ModelSpec Build() {
    op_.code = schema::kUnidirectionalSequenceLstm;
    op_.options_type = schema::kUnidirectionalSequenceLstmOptions;
    op_.options = {int8_t{schema::kFusedTanh},
                   parts_.cell_clip,
                   parts_.projection_clip,
                   int8_t{parts_.time_comes_first},
                   int8_t{!parts_.quantizes_around_zero},
                   int8_t{0}};
    const Ints shape =
        parts_.time_comes_first ? Ints{kSteps, kBatch, kDepth} : Ints{kBatch, kSteps, kDepth};
    graph_.inputs = {AddInput(MakeTensor("input", input_, shape))};
    AddWeights();
    AddState();
    AddNormalization();
    if (is_integer_) AddIntermediates();
    Ints result = shape;
    result.back() = outputs_;
    graph_.outputs = {Add(MakeTensor("output", input_, result))};
    op_.outputs = graph_.outputs;
    graph_.operators = {op_};
    ModelSpec model;
    model.graphs = {graph_};
    return model;
  }

 private:
  int32_t Add(SpecTensor tensor) {
    graph_.tensors.push_back(std::move(tensor));
    return static_cast<int32_t>(graph_.tensors.size() - 1);
  }
  int32_t AddInput(SpecTensor tensor) {
    op_.inputs.push_back(Add(std::move(tensor)));
    return op_.inputs.back();
  }
  void AddConstant(bool is_given, const std::string& name, int8_t type, const Ints& shape) {
    if (is_given) {
      AddInput(MakeConstant(name, type, shape));
    } else {
      op_.inputs.push_back(-1);
    }
  }

  void AddWeights() {
    const int8_t peepholes = is_integer_ ? int8_t{TensorType::kInt16} : weights_;
    const int8_t biases = is_integer_ ? int8_t{TensorType::kInt32} : int8_t{TensorType::kFloat32};
    for (int gate = 0; gate < 4; ++gate) {
      AddConstant(gate > 0 || parts_.has_input_gate, "weights", weights_, {kCells, kDepth});
    }
    for (int gate = 0; gate < 4; ++gate) {
      AddConstant(gate > 0 || parts_.has_input_gate, "recurrent", weights_, {kCells, outputs_});
    }
    for (int gate = 0; gate < 3; ++gate) {
      AddConstant(parts_.has_peepholes && (gate > 0 || parts_.has_input_gate), "peephole",
                  peepholes, {kCells});
    }
    for (int gate = 0; gate < 4; ++gate) {
      AddConstant(gate > 0 || parts_.has_input_gate, "bias", biases, {kCells});
    }
    AddConstant(parts_.has_projection, "projection", weights_, {outputs_, kCells});
    AddConstant(parts_.has_projection, "projection bias", biases, {outputs_});
  }

  void AddState() {
    SpecTensor output = MakeTensor("output state", input_, {kBatch, outputs_});
    SpecTensor cell = MakeTensor("cell state", is_integer_ ? int8_t{TensorType::kInt16} : input_,
                                 {kBatch, kCells});
    if (is_integer_) cell.scales = {kCellScale};
    output.is_variable = true;
    cell.is_variable = true;
    AddInput(std::move(output));
    AddInput(std::move(cell));
  }

  void AddNormalization() {
    if (!parts_.has_normalization) return;
    for (int gate = 0; gate < 4; ++gate) {
      AddConstant(gate > 0 || parts_.has_input_gate, "normalization",
                  is_integer_ ? int8_t{TensorType::kInt16} : int8_t{TensorType::kFloat32},
                  {kCells});
    }
  }

  void AddIntermediates() {
    for (int i = 0; i < 5; ++i) {
      SpecTensor tensor = MakeTensor("intermediate", TensorType::kInt8, {0});
      op_.intermediates.push_back(Add(std::move(tensor)));
    }
  }

  const int8_t input_;
  const int8_t weights_;
  const Parts parts_;
  const bool is_integer_;
  const int32_t outputs_;
  SpecGraph graph_;
  SpecOperator op_;
};

Parts All() {
  Parts parts;
  parts.has_peepholes = true;
  parts.has_projection = true;
  parts.has_normalization = true;
  parts.time_comes_first = true;
  parts.cell_clip = 10;
  parts.projection_clip = 3;
  return parts;
}

Parts Coupled() {
  Parts parts;
  parts.has_input_gate = false;
  parts.has_peepholes = true;
  parts.quantizes_around_zero = false;
  return parts;
}

Parts Asymmetric(Parts parts) {
  parts.quantizes_around_zero = false;
  return parts;
}

}  // namespace

std::vector<OperatorModel> LstmModels() {
  constexpr int8_t kFloat = TensorType::kFloat32;
  constexpr int8_t kInt8 = TensorType::kInt8;
  const auto make = [](const std::string& kind, int8_t input, int8_t weights, const Parts& parts) {
    return OperatorModel{"UNIDIRECTIONAL_SEQUENCE_LSTM, " + kind,
                         LstmBuilder(input, weights, parts).Build()};
  };
  return {
      make("FLOAT32", kFloat, kFloat, {}),
      make("FLOAT32 of all parts", kFloat, kFloat, All()),
      make("FLOAT32 coupled", kFloat, kFloat, Coupled()),
      make("FLOAT32 by INT8", kFloat, kInt8, {}),
      make("FLOAT32 by INT8 of all parts", kFloat, kInt8, Asymmetric(All())),
      make("FLOAT32 by INT8 coupled", kFloat, kInt8, Coupled()),
      make("INT8", kInt8, kInt8, {}),
      make("INT8 of all parts", kInt8, kInt8, All()),
      make("INT8 coupled", kInt8, kInt8, Coupled()),
  };
}

}  // namespace wasmedge_embed::test
