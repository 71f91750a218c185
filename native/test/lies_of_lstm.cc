#include <limits>

#include "test/model_lies.h"

namespace wasmedge_embed::test {
namespace {

using Tell = std::function<void(ModelSpec&)>;

constexpr char kFloat[] = "UNIDIRECTIONAL_SEQUENCE_LSTM, FLOAT32";
constexpr char kWhole[] = "UNIDIRECTIONAL_SEQUENCE_LSTM, FLOAT32 of all parts";
constexpr char kCoupled[] = "UNIDIRECTIONAL_SEQUENCE_LSTM, FLOAT32 coupled";
constexpr char kHybrid[] = "UNIDIRECTIONAL_SEQUENCE_LSTM, FLOAT32 by INT8";
constexpr char kInteger[] = "UNIDIRECTIONAL_SEQUENCE_LSTM, INT8";
constexpr char kWholeInteger[] = "UNIDIRECTIONAL_SEQUENCE_LSTM, INT8 of all parts";

/// The tensor of the operator's input with this index.
SpecTensor& InputOf(ModelSpec& model, size_t place) {
  return TensorOf(model, static_cast<size_t>(OperatorOf(model).inputs[place]));
}

Tell Without(size_t place) {
  return [place](ModelSpec& model) { OperatorOf(model).inputs[place] = -1; };
}

Tell ShapeOfInput(size_t place, std::vector<int32_t> shape) {
  return [place, shape](ModelSpec& model) { InputOf(model, place).shape = shape; };
}

Tell ConstantOf(size_t place, int8_t type, size_t bytes) {
  return [place, type, bytes](ModelSpec& model) {
    InputOf(model, place).type = type;
    InputOf(model, place).data = std::vector<uint8_t>(bytes);
  };
}

Tell TypeOfInput(size_t place, int8_t type) {
  return [place, type](ModelSpec& model) { InputOf(model, place).type = type; };
}

/// Recurrent weights for this many outputs.
Tell Projection(int32_t outputs) {
  return [outputs](ModelSpec& model) {
    for (const size_t place : {5, 6, 7, 8}) {
      InputOf(model, place).shape[1] = outputs;
      InputOf(model, place).data = std::vector<uint8_t>(static_cast<size_t>(5 * outputs) * 4);
    }
  };
}

Tell Batch(int32_t batch) {
  return [batch](ModelSpec& model) {
    InputOf(model, 0).shape[0] = batch;
    InputOf(model, 18).shape[0] = batch;
    InputOf(model, 19).shape[0] = batch;
    model.graph().tensors.back().shape[0] = batch;
  };
}

Tell ScaleOfInput(size_t place, float scale) {
  return [place, scale](ModelSpec& model) { InputOf(model, place).scales = {scale}; };
}

Tell ScaleOfIntermediate(size_t index, float scale) {
  return [index, scale](ModelSpec& model) {
    const auto tensor = static_cast<size_t>(OperatorOf(model).intermediates[index]);
    TensorOf(model, tensor).scales = {scale};
  };
}

Tell UnscaledIntermediate(size_t index) {
  return [index](ModelSpec& model) {
    Unscaled(static_cast<size_t>(OperatorOf(model).intermediates[index]))(model);
  };
}

std::vector<Lie> LiesOfState() {
  return {
      {"LstmStateIsComputed", kFloat,
       [](ModelSpec& model) {
         InputOf(model, 18).is_variable = false;
         model.graph().inputs.push_back(OperatorOf(model).inputs[18]);
       },
       "a tensor that is not its own"},
      {"LstmStateIsMissing", kFloat, Without(19), "or has none"},
      {"LstmWeightsAreState", kFloat,
       [](ModelSpec& model) {
         InputOf(model, 1).data.reset();
         InputOf(model, 1).is_variable = true;
       },
       "a tensor that is not its own"},
      {"LstmStateHasData", kFloat, ConstantOf(18, schema::kFloat32, 40), "has data in a variable"},
      {"LstmStateIsAnInput", kFloat,
       [](ModelSpec& model) { model.graph().inputs.push_back(OperatorOf(model).inputs[18]); },
       "a variable as its input 1"},
      {"LstmStateIsAnOutput", kFloat,
       [](ModelSpec& model) { model.graph().outputs.push_back(OperatorOf(model).inputs[18]); },
       "never computes its output"},
      {"LstmStateIsWritten", kFloat,
       [](ModelSpec& model) { OperatorOf(model).outputs = {OperatorOf(model).inputs[18]}; },
       "a variable, an input, or written already"},
      {"LstmOneState", kFloat,
       [](ModelSpec& model) { OperatorOf(model).inputs[19] = OperatorOf(model).inputs[18]; },
       "one variable for both"},
      {"LstmStateShape", kFloat, ShapeOfInput(19, {2, 4}), "expected [2,5]"},
      {"LstmStateBatch", kFloat, ShapeOfInput(18, {1, 5}), "expected [2,5]"},
      {"LstmStateType", kFloat, TypeOfInput(19, schema::kInt16), "of type INT16"},
      {"LstmCellType", kInteger, TypeOfInput(19, schema::kInt8), "of type INT8; expected INT16"},
      {"LstmCellScale", kInteger, ScaleOfInput(19, 0.0005F), "not a power of two"},
      {"LstmCellScaleLarge", kInteger, ScaleOfInput(19, 0.25F), "not a power of two"},
      {"LstmOutput", kFloat,
       [](ModelSpec& model) { model.graph().tensors.back().shape = {2, 3, 4}; },
       "expected [2,3,5]"},
      {"VariableOfOthers", "ADD, FLOAT32",
       [](ModelSpec& model) {
         TensorOf(model, 1).is_variable = true;
         model.graph().inputs = {0};
       },
       "a tensor that is not its own"},
      {"LstmIntermediateIsNone", kInteger,
       [](ModelSpec& model) { OperatorOf(model).intermediates[2] = 99; },
       "as an intermediate of operator 0"},
      {"LstmIntermediates", kInteger,
       [](ModelSpec& model) { OperatorOf(model).intermediates.pop_back(); },
       "needs 5 intermediate"},
      {"LstmHiddenScale", kInteger, UnscaledIntermediate(4), "a scale for its intermediate"},
      {"LstmNormalizedScale", kWholeInteger, UnscaledIntermediate(1),
       "a scale for its intermediate"},
      {"LstmHiddenScaleRange", kInteger, ScaleOfIntermediate(4, 1e-20F), "intermediate scale out"},
  };
}

std::vector<Lie> LiesOfWeights() {
  return {
      {"LstmActivation", kFloat, Option(0, int8_t{schema::kFusedSignBit}),
       "an activation that is not supported"},
      {"LstmClip", kFloat, Option(1, -1.0F), "clips at a number that is negative"},
      {"LstmClipOfNoNumber", kFloat, Option(2, std::numeric_limits<float>::quiet_NaN()),
       "clips at a number that is negative or not finite"},
      {"LstmDiagonal", kFloat, Option(5, int8_t{1}), "diagonal recurrent weights"},
      {"LstmInputs", kWhole, [](ModelSpec& model) { OperatorOf(model).inputs.pop_back(); },
       "neither 20 nor 24"},
      {"LstmRank", kFloat, ShapeOfInput(0, {2, 12}), "an input of 3 dimensions"},
      {"LstmDiagonalWeights", kFloat, ShapeOfInput(8, {25}), "weights of 2"},
      {"LstmWideProjection", kWhole, Projection(6), "a number of outputs that does not match"},
      {"LstmNoProjection", kFloat, Projection(3), "a number of outputs that does not match"},
      {"LstmInputType", kFloat, TypeOfInput(0, schema::kInt32), "of type INT32"},
      {"LstmHalfWeights", kFloat, ConstantOf(4, schema::kFloat16, 40), "of type FLOAT16"},
      {"LstmMixedWeights", kFloat, ConstantOf(2, schema::kInt8, 20), "of type INT8"},
      {"LstmBias", kFloat, ConstantOf(13, schema::kInt32, 20), "of type INT32; expected FLOAT32"},
      {"LstmBiasShape", kFloat, All({ShapeOfInput(13, {4}), ConstantOf(13, schema::kFloat32, 16)}),
       "expected [5]"},
      {"LstmWeightsShape", kFloat, ShapeOfInput(3, {4, 5}), "expected [5,4]"},
      {"LstmWeightsComputed", kFloat,
       [](ModelSpec& model) { Computed(static_cast<size_t>(OperatorOf(model).inputs[6]))(model); },
       "must be a constant"},
      {"LstmWeightsZero", kHybrid, [](ModelSpec& model) { InputOf(model, 7).zero_points = {3}; },
       "zero point is not 0"},
      {"LstmWeightsScale", kHybrid,
       [](ModelSpec& model) { Unscaled(static_cast<size_t>(OperatorOf(model).inputs[2]))(model); },
       "needs one scale"},
      {"LstmHalfAGate", kFloat, Without(5), "an incomplete input gate"},
      {"LstmNoBias", kFloat, Without(12), "an incomplete input gate"},
      {"LstmNoForgetGate", kFloat, Without(2), "lacks an input"},
      {"LstmSomeNormalized", kWhole, Without(22), "normalizes only some of its gates"},
      {"LstmSomePeepholes", kWhole, Without(9), "some of its peephole weights"},
      {"LstmPeepholeOfNoGate", kCoupled,
       [](ModelSpec& model) { OperatorOf(model).inputs[9] = OperatorOf(model).inputs[10]; },
       "some of its peephole weights"},
      {"LstmBiasOfNothing", kFloat,
       [](ModelSpec& model) { OperatorOf(model).inputs[17] = OperatorOf(model).inputs[13]; },
       "a projection bias but no projection"},
      {"LstmHuge", kFloat, Batch(20'000'000), "more than 2 GiB while it runs"},
  };
}

}  // namespace

std::vector<Lie> LiesOfLstm() {
  std::vector<Lie> all = LiesOfState();
  const std::vector<Lie> others = LiesOfWeights();
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

}  // namespace wasmedge_embed::test
