#include "test/host_lies.h"

#include <cmath>

#include "base/error.h"
#include "inference/check/host_model_check.h"
#include "test/operator_models.h"

namespace wasmedge_embed::test {
namespace {

constexpr uint8_t kWhileOptions = 93;
constexpr char kFloat[] = "RELU, FLOAT32";
constexpr char kWeights[] = "FULLY_CONNECTED, FLOAT32";

std::function<void(ModelSpec&)> Calls(int32_t condition, int32_t body) {
  return [condition, body](ModelSpec& model) {
    SpecOperator& op = OperatorOf(model);
    op.code = schema::kWhile;
    op.options_type = kWhileOptions;
    op.options = {condition, body};
  };
}

}  // namespace

std::vector<Lie> LiesOfHosts() {
  return {
      {"Strings", kFloat, Type(0, schema::kString), "has strings in its input 0"},
      {"UnknownType", kFloat, Type(0, 99), "elements of type"},
      {"ScalesOfNoTensor", kFloat,
       [](ModelSpec& model) {
         TensorOf(model, 0).quantization_details = schema::kBlockwiseQuantization;
         TensorOf(model, 0).details_scales = 17;
       },
       "scales or zero points of its input 0"},
      {"NegativeDimension", kFloat, [](ModelSpec& model) { TensorOf(model, 0).shape[0] = -5; },
       "in a shape with a negative dimension"},
      {"ConstantOfNoSize", kWeights, [](ModelSpec& model) { TensorOf(model, 1).shape[0] = -1; },
       "of no fixed size"},
      {"ShortConstant", kWeights, [](ModelSpec& model) { TensorOf(model, 1).data->pop_back(); },
       "expected"},
      {"Delegate", kFloat, Code(schema::kDelegate), "does not belong in a model file"},
      {"CustomOperator", kFloat, Code(schema::kCustom), "that LiteRT does not include"},
      {"OptionsOutside", kFloat,
       [](ModelSpec& model) {
         OperatorOf(model).large_options_offset = uint64_t{1} << 40;
         OperatorOf(model).large_options_size = 16;
       },
       "has options outside its file"},
      {"UnknownOptions", kFloat,
       [](ModelSpec& model) {
         OperatorOf(model).options_2_type = 99;
         OperatorOf(model).has_options_2 = true;
       },
       "options of an unknown second kind"},
      {"CallsNoGraph", kFloat, Calls(7, 0), "calls a graph that does not exist"},
      {"CallsItself", kFloat, Calls(0, 0), "has a graph that calls itself, graph 0"},
      {"CallsTooDeep", kFloat,
       [](ModelSpec& model) {
         Calls(1, 1)(model);
         const SpecGraph graph = model.graph();
         for (int32_t callee = 2; callee <= 66; ++callee) {
           model.graphs.push_back(graph);
           model.graphs.back().operators[0].options = {callee, callee};
         }
         model.graphs.push_back(graph);
         model.graphs.back().operators.clear();
         model.graphs.back().outputs.clear();
       },
       "has graphs that call each other more than 64 deep"},
      {"WeightsOutside", kWeights,
       [](ModelSpec& model) { model.outside = {uint64_t{1} << 40, 16}; },
       "has weights outside of its file"},
      {"ReadsItself", kFloat, [](ModelSpec& model) { OperatorOf(model).inputs = {1}; },
       "later than operator 0"},
      {"WritesInput", kFloat, [](ModelSpec& model) { OperatorOf(model).outputs = {0}; },
       "although it is"},
      {"InputBeyond", kFloat, [](ModelSpec& model) { model.graph().inputs = {9}; },
       "names tensor 9 as an input"},
      {"NoOutput", kFloat, [](ModelSpec& model) { model.graph().outputs.clear(); }, "no output"},
      {"SparseInput", kFloat, [](ModelSpec& model) { TensorOf(model, 0).is_sparse = true; },
       "bytes for its sparse"},
      {"SparseBias", kWeights, [](ModelSpec& model) { TensorOf(model, 2).is_sparse = true; },
       "passes sparse weights, its"},
      {"SparseOutput", kWeights,
       [](ModelSpec& model) {
         TensorOf(model, 1).is_sparse = true;
         model.graph().outputs.push_back(1);
       },
       "has sparse weights as an output"},
      {"OutputNotGiven", kFloat, [](ModelSpec& model) { OperatorOf(model).outputs = {-1}; },
       "lacks an output of its"},
      {"NoScale", kFloat,
       [](ModelSpec& model) {
         TensorOf(model, 0).type = schema::kInt8;
         TensorOf(model, 0).scales = {NAN};
         TensorOf(model, 0).zero_points = {0};
       },
       "a scale that is not above 0"},
  };
}

std::string HostRefusalOf(const Lie& lie) {
  ModelSpec model = OperatorModelNamed(lie.model);
  if (lie.tell) lie.tell(model);
  const std::vector<uint8_t> bytes = BuildModel(model);
  try {
    const ModelFile file(bytes.data(), bytes.size(), {100, 1000, 1000}, FlatAlignment::kHalf);
    CheckHostModel(file);
    RequireRunnable(file, 0);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace wasmedge_embed::test
