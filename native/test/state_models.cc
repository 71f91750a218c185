#include "test/state_models.h"

#include <utility>

namespace wasmedge_embed::test {
namespace {

SpecTensor Float(const char* name, std::vector<int32_t> shape) {
  SpecTensor tensor;
  tensor.name = name;
  tensor.shape = std::move(shape);
  return tensor;
}

SpecTensor Constant(const char* name, const std::vector<float>& values) {
  SpecTensor tensor = Float(name, {static_cast<int32_t>(values.size())});
  tensor.data = BytesOf(values);
  return tensor;
}

SpecTensor Handle() {
  SpecTensor tensor;
  tensor.name = "handle";
  tensor.type = schema::kResource;
  return tensor;
}

SpecOperator Operator(int32_t code, std::vector<int32_t> inputs, std::vector<int32_t> outputs) {
  SpecOperator op;
  op.code = code;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  return op;
}

SpecOperator Operator(int32_t code, uint8_t options_type, std::vector<SpecOption> options,
                      std::vector<int32_t> inputs, std::vector<int32_t> outputs) {
  SpecOperator op = Operator(code, std::move(inputs), std::move(outputs));
  op.options_type = options_type;
  op.options = std::move(options);
  return op;
}

// Members of the union BuiltinOptions.
constexpr uint8_t kLstmOptions = 14;
constexpr uint8_t kIfOptions = 92;
constexpr uint8_t kCallOnceOptions = 103;
constexpr uint8_t kVarHandleOptions = 111;

SpecOperator VarHandle(int32_t output) {
  return Operator(schema::kVarHandle, kVarHandleOptions, {}, {}, {output});
}

SpecOperator Sum(int32_t left, int32_t right, int32_t output) {
  return Operator(schema::kAdd, schema::kAddOptions, {int8_t{0}}, {left, right}, {output});
}

SpecSignature Signature(const char* key, uint32_t subgraph) {
  SpecSignature signature;
  signature.key = key;
  signature.subgraph = subgraph;
  signature.inputs = {{"x", 0}};
  signature.outputs = {{"y", 1}};
  return signature;
}

}  // namespace

ModelSpec AccumulatorModel() {
  SpecGraph main;
  main.tensors = {Float("x", {1}), Handle(), Float("before", {1}), Float("after", {1})};
  main.operators = {Operator(schema::kCallOnce, kCallOnceOptions, {int32_t{1}}, {}, {}),
                    VarHandle(1), Operator(schema::kReadVariable, {1}, {2}), Sum(0, 2, 3),
                    Operator(schema::kAssignVariable, {1, 3}, {})};
  main.inputs = {0};
  main.outputs = {3};
  SpecGraph initialize;
  initialize.tensors = {Handle(), Constant("zero", {0})};
  initialize.operators = {VarHandle(0), Operator(schema::kAssignVariable, {0, 1}, {})};
  ModelSpec model;
  model.graphs = {std::move(main), std::move(initialize)};
  return model;
}

ModelSpec LegacyLstmModel(bool are_variables) {
  constexpr int8_t kBasicKernel = 1;
  SpecGraph graph;
  graph.tensors = {Float("x", {1, 1}),
                   Float("activation", {1, 1}),
                   Float("cell", {1, 1}),
                   Constant("weights", {0, 0, 0, 1, 0, 0, 0, 0}),
                   Constant("biases", {0, 0, 0, 0}),
                   Float("next activation", {1, 1}),
                   Float("next cell", {1, 1}),
                   Float("joined", {1, 2}),
                   Float("gates", {1, 4})};
  // The second of four gates is what goes into the cell.
  graph.tensors[3].shape = {4, 2};
  for (size_t i = 0; i < 3; ++i) graph.tensors[i].shape_signature = {-1, 1};
  graph.tensors[1].is_variable = are_variables;
  graph.tensors[2].is_variable = are_variables;
  SpecOperator lstm =
      Operator(schema::kLstm, kLstmOptions, {int8_t{schema::kFusedTanh}, 0.0F, 0.0F, kBasicKernel},
               {0, 1, 3, 4, 2}, {5, 6, 7, 8});
  lstm.version = 2;
  graph.operators = {std::move(lstm)};
  graph.inputs = {0, 1, 2};
  graph.outputs = {5, 6};
  ModelSpec model;
  model.graphs = {std::move(graph)};
  return model;
}

ModelSpec ReshapedLegacyLstmModel(bool are_variables) {
  ModelSpec model = LegacyLstmModel(are_variables);
  SpecGraph& graph = model.graph();
  const auto shape = static_cast<int32_t>(graph.tensors.size());
  graph.tensors.push_back(Float("shape", {2}));
  graph.tensors.back().type = schema::kInt32;
  graph.tensors.push_back(Float("reshaped", {1, 1}));
  graph.tensors.back().shape_signature = {-1, 1};
  SpecOperator& lstm = graph.operators.front();
  lstm.inputs[0] = shape + 1;
  graph.operators.insert(graph.operators.begin(),
                         Operator(schema::kReshape, {0, shape}, {shape + 1}));
  graph.inputs.push_back(shape);
  return model;
}

ModelSpec DoublingModel() {
  SpecGraph graph;
  graph.tensors = {Float("x", {1, 2}), Float("y", {1, 2})};
  graph.tensors[0].shape_signature = {-1, 2};
  graph.tensors[1].shape_signature = {-1, 2};
  graph.operators = {Sum(0, 0, 1)};
  graph.inputs = {0};
  graph.outputs = {1};
  ModelSpec model;
  model.graphs = {std::move(graph)};
  return model;
}

ModelSpec ScalarModel() {
  SpecGraph graph;
  graph.tensors = {Float("x", {1}), Float("shape", {0}), Float("y", {})};
  graph.tensors[1].type = schema::kInt32;
  graph.operators = {Operator(schema::kReshape, {0, 1}, {2})};
  graph.inputs = {0};
  graph.outputs = {2};
  ModelSpec model;
  model.graphs = {std::move(graph)};
  return model;
}

ModelSpec ManyGraphsModel(int32_t graphs) {
  SpecGraph main;
  main.tensors = {Float("condition", {1}), Float("x", {1})};
  main.tensors[0].type = schema::kBool;
  main.tensors[0].data = BytesOf<uint8_t>({1});
  main.inputs = {1};
  ModelSpec model;
  model.graphs = {main};
  for (int32_t callee = 1; callee <= graphs; ++callee) {
    SpecGraph& caller = model.graph();
    caller.tensors.push_back(Float("sum", {1}));
    caller.operators.push_back(
        Operator(schema::kIf, kIfOptions, {callee, callee}, {0, callee}, {callee + 1}));
    SpecGraph graph;
    graph.tensors = {Float("x", {1}), Constant("one", {1}), Float("y", {1})};
    graph.operators = {Sum(0, 1, 2)};
    graph.inputs = {0};
    graph.outputs = {2};
    model.graphs.push_back(std::move(graph));
  }
  model.graph().outputs = {graphs + 1};
  return model;
}

ModelSpec OddOutputsModel() {
  SpecGraph graph;
  graph.tensors = {Float("x", {1, 4}), Constant("constant", {1, 2, 3}),
                   Constant("other", {4, 5, 6}), Float("sum", {3}), Float("shape", {2})};
  graph.tensors[4].type = schema::kInt32;
  graph.operators = {Sum(1, 2, 3), Operator(schema::kShape, schema::kShapeOptions,
                                            {int8_t{schema::kInt32}}, {0}, {4})};
  graph.inputs = {0};
  graph.outputs = {1, 0, 3, 4};
  ModelSpec model;
  model.graphs = {std::move(graph)};
  return model;
}

ModelSpec ShapeAsInputModel() {
  SpecGraph graph;
  graph.tensors = {Float("shape", {2}), Float("x", {6}), Float("y", {})};
  graph.tensors[0].type = schema::kInt32;
  graph.operators = {Operator(schema::kReshape, {1, 0}, {2})};
  graph.inputs = {0, 1};
  graph.outputs = {2};
  ModelSpec model;
  model.graphs = {std::move(graph)};
  return model;
}

ModelSpec RepeatingModel() {
  SpecGraph graph;
  graph.tensors = {Float("x", {1024}), Float("count", {1}), Float("repeated", {}),
                   Constant("axes", {0}), Float("sum", {1})};
  graph.tensors[1].type = schema::kInt32;
  graph.tensors[3].type = schema::kInt32;
  graph.tensors[3].data = BytesOf<int32_t>({0});
  graph.operators = {
      Operator(schema::kTile, {0, 1}, {2}),
      Operator(schema::kSum, schema::kReducerOptions, {int8_t{1}}, {2, 3}, {4}),
  };
  graph.inputs = {0, 1};
  graph.outputs = {4};
  ModelSpec model;
  model.graphs = {std::move(graph)};
  return model;
}

ModelSpec TwoSignaturesModel() {
  SpecGraph twice;
  twice.tensors = {Float("x", {2}), Float("twice", {2})};
  twice.operators = {Sum(0, 0, 1)};
  twice.inputs = {0};
  twice.outputs = {1};
  SpecGraph square = twice;
  square.tensors[1].name = "square";
  square.operators = {Operator(schema::kMul, schema::kMulOptions, {int8_t{0}}, {0, 0}, {1})};
  ModelSpec model;
  model.graphs = {std::move(twice), std::move(square)};
  model.signatures = {Signature("double", 0), Signature("square", 1)};
  return model;
}

}  // namespace wasmedge_embed::test
