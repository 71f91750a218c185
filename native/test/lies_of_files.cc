#include <cmath>
#include <limits>

#include "test/model_lies.h"

namespace wasmedge_embed::test {
namespace {

const Lie kOfTheFile[] = {
    {"Version", "RELU, FLOAT32", [](ModelSpec& model) { model.version = 2; }, "version 2"},
    {"NoGraph", "RELU, FLOAT32", [](ModelSpec& model) { model.graphs.clear(); }, "has no graph"},
    {"DataBehind", "RELU, FLOAT32", [](ModelSpec& model) { model.outside = {{100, 100}}; },
     "after its tables"},
    {"OtherFiles", "RELU, FLOAT32", [](ModelSpec& model) { model.external_buffers = 1; },
     "other files"},
    {"MetadataBuffer", "RELU, FLOAT32",
     [](ModelSpec& model) { model.metadata = {{"min_runtime_version", 1000}}; },
     "a buffer that does not exist"},
    {"ControlDependencies", "RELU, FLOAT32",
     [](ModelSpec& model) { model.metadata = {{"model_control_dependencies", 0}}; },
     "control dependencies"},
    {"Compiled", "RELU, FLOAT32", [](ModelSpec& model) { model.metadata = {{"LiteRtStamp", 0}}; },
     "compiled for an accelerator"},
    {"SignatureOfNoGraph", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 0}}, {{"y", 1}}, 1, true}}; },
     "signature without a graph"},
    {"SignatureWithoutKey", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 0}}, {{"y", 1}}, 0, false}}; },
     "without a key"},
    {"SignatureOfOtherTensors", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 7}}, {{"y", 1}}, 0, true}}; },
     "inputs or outputs differ"},
    {"SignatureOfFewerTensors", "RELU, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{}, {{"y", 1}}, 0, true}}; },
     "inputs or outputs differ"},
    {"SignatureOfEqualNames", "ADD, FLOAT32",
     [](ModelSpec& model) { model.signatures = {{{{"x", 0}, {"x", 1}}, {{"y", 2}}, 0, true}}; },
     "duplicate or missing argument names"},
};

const Lie kOfTensors[] = {
    {"UnknownType", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).type = 99; },
     "of type type 99"},
    {"String", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).type = schema::kString; },
     "of type STRING"},
    {"Resource", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).type = schema::kResource; }, "keeps state"},
    {"Variable", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).is_variable = true; },
     "has a variable as its input"},
    {"Sparse", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 1).is_sparse = true; }, "sparse"},
    {"External", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 1).external_buffer = 1; }, "another file"},
    {"NoBuffer", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 1).buffer = 17; },
     "a buffer that does not exist"},
    {"TooManyDimensions", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape.assign(9, 1); }, "9 dimensions"},
    {"OpenDimension", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).shape[0] = -1; },
     "not fixed"},
    {"Empty", "RELU, FLOAT32", [](ModelSpec& model) { TensorOf(model, 0).shape[0] = 0; },
     "empty or larger"},
    {"Huge", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape = {1 << 16, 1 << 16}; }, "empty or larger"},
    {"Overflowing", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape = {1 << 30, 1 << 30, 1 << 30, 4}; },
     "empty or larger"},
    {"TwoRanks", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape_signature = {-1, 3}; }, "two shapes"},
    {"TwoSizes", "RELU, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 0).shape_signature = {1, 3, 4, 6}; }, "two shapes"},
    {"ShortData", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { TensorOf(model, 1).data->pop_back(); }, "239 bytes"},
    {"LongData", "FULLY_CONNECTED, UINT8",
     [](ModelSpec& model) { TensorOf(model, 1).data->push_back(0); }, "61 bytes"},
    {"UnknownQuantization", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).quantization_details = 2; }, "quantization that"},
    {"ZeroPointCount", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).zero_points.push_back(0); }, "different numbers"},
    {"NoZeroPoint", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).zero_points.clear(); },
     "different numbers"},
    {"ScaleCount", "CONV_2D, INT8",
     [](ModelSpec& model) {
       TensorOf(model, 1).scales.pop_back();
       TensorOf(model, 1).zero_points.pop_back();
     },
     "a number of scales that does not match"},
    {"QuantizedDimension", "CONV_2D, INT8",
     [](ModelSpec& model) { TensorOf(model, 1).quantized_dimension = 4; }, "quantized dimension"},
    {"NegativeQuantizedDimension", "CONV_2D, INT8",
     [](ModelSpec& model) { TensorOf(model, 1).quantized_dimension = -1; }, "quantized dimension"},
    {"ZeroScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {0}; },
     "not above 0"},
    {"NegativeScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {-1}; },
     "not above 0"},
    {"InfiniteScale", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).scales = {std::numeric_limits<float>::infinity()}; },
     "not above 0"},
    {"NoNumberAsScale", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).scales = {std::nanf("")}; }, "not above 0"},
    {"SubnormalScale", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).scales = {1e-40F}; }, "not above 0"},
    {"TinyScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {1e-20F}; },
     "scale out of range"},
    {"HugeScale", "RELU, UINT8", [](ModelSpec& model) { TensorOf(model, 0).scales = {1e20F}; },
     "scale out of range"},
    {"NoScale", "RELU, UINT8",
     [](ModelSpec& model) {
       TensorOf(model, 0).scales.clear();
       TensorOf(model, 0).zero_points.clear();
     },
     "needs one scale"},
    {"ZeroPointBelow", "RELU, UINT8",
     [](ModelSpec& model) { TensorOf(model, 0).zero_points = {-1}; }, "zero point out of range"},
    {"ZeroPointAbove", "RELU, INT8",
     [](ModelSpec& model) { TensorOf(model, 0).zero_points = {128}; }, "zero point out of range"},
    {"ZeroPointOfBias", "CONV_2D, UINT8",
     [](ModelSpec& model) { TensorOf(model, 2).zero_points = {1}; }, "zero point out of range"},
};

const Lie kOfTheGraph[] = {
    {"InputBeyond", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {2}; },
     "names tensor 2 as an input"},
    {"NegativeInput", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {-1}; },
     "names tensor -1 as an input"},
    {"InputTwice", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {0, 0}; },
     "twice"},
    {"InputWithData", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { model.graph().inputs = {0, 1}; }, "has data in its input 1"},
    {"OutputBeyond", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs = {9}; },
     "names tensor 9 as an output"},
    {"OutputTwice", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs = {1, 1}; },
     "twice"},
    {"NoOutput", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs.clear(); },
     "no output"},
    {"InputAsOutput", "RELU, FLOAT32", [](ModelSpec& model) { model.graph().outputs = {0}; },
     "returns an input"},
    {"ConstantAsOutput", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { model.graph().outputs = {1}; }, "never computes its output"},
    {"CodeBeyond", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).code_index = 1; },
     "an undefined operator code"},
    {"OperandBeyond", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {5}; },
     "names tensor 5 as an input of operator 0 (RELU)"},
    {"NegativeOperand", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {-2}; },
     "names tensor -2"},
    {"ResultBeyond", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs = {5}; },
     "names tensor 5 as an output of operator 0 (RELU)"},
    {"NoResult", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs = {-1}; },
     "names tensor -1"},
    {"MissingOperand", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {-1}; },
     "lacks an input"},
    {"NeverComputed", "ADD, FLOAT32", [](ModelSpec& model) { model.graph().inputs = {0}; },
     "later than operator 0 (ADD) needs it, or never"},
    {"ReadsItself", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).inputs = {1}; },
     "later than operator 0"},
    {"WritesInput", "RELU, FLOAT32", [](ModelSpec& model) { OperatorOf(model).outputs = {0}; },
     "although it is"},
    {"WritesConstant", "FULLY_CONNECTED, FLOAT32",
     [](ModelSpec& model) { OperatorOf(model).outputs = {2}; }, "although it is"},
    {"WritesTwice", "RELU, FLOAT32",
     [](ModelSpec& model) { model.graph().operators.push_back(OperatorOf(model)); },
     "although it is"},
    {"Backwards", "RELU, FLOAT32",
     [](ModelSpec& model) {
       SpecGraph& graph = model.graph();
       graph.tensors.push_back(graph.tensors[1]);
       graph.operators = {graph.operators[0], graph.operators[0]};
       graph.operators[0].inputs = {2};
       graph.operators[1].outputs = {2};
     },
     "later than operator 0"},
};

}  // namespace

std::vector<Lie> LiesOfFiles() {
  std::vector<Lie> lies(std::begin(kOfTheFile), std::end(kOfTheFile));
  lies.insert(lies.end(), std::begin(kOfTensors), std::end(kOfTensors));
  lies.insert(lies.end(), std::begin(kOfTheGraph), std::end(kOfTheGraph));
  return lies;
}

}  // namespace wasmedge_embed::test
