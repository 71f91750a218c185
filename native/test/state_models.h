#pragma once

#include <cstdint>
#include <vector>

#include "test/model_builder.h"

namespace wasmedge_embed::test {

/// float32 [1] → [1]: the sum of all inputs since the session began, by a variable that is set to 0
/// by a graph of its own which runs once.
ModelSpec AccumulatorModel();

/// float32 [-1,1] three times, a step's input and an LSTM's activation and cell of the step before
/// → its next ones: tanh(cell') / 2 and cell' = tanh(activation) / 2 + cell / 2. The input counts
/// for nothing. The states may be variables as well.
ModelSpec LegacyLstmModel(bool are_variables);
/// The same with one more input, int32 [2]: the shape that the step's input gets before the LSTM.
ModelSpec ReshapedLegacyLstmModel(bool are_variables);

/// float32 [-1,2] → the same, each element twice over; the file's shape says 1.
ModelSpec DoublingModel();

/// float32 [1,4] → what TensorFlow Lite's memory has where it makes it: a constant, the input
/// itself, the sum of two constants, the input's shape.
ModelSpec OddOutputsModel();

/// float32 [1] → the same as a scalar: by a RESHAPE whose shape is a constant without elements.
ModelSpec ScalarModel();

/// float32 [1] → [1]: its graph calls so many others, one after the other, each of which adds 1.
ModelSpec ManyGraphsModel(int32_t graphs);

/// int32 [2] and float32 [6] → the second in the shape that the first states.
ModelSpec ShapeAsInputModel();

/// float32 [1024] and int32 [1] → the sum of the first repeated as often as the second says, [1]:
/// between them memory whose size the second states.
ModelSpec RepeatingModel();

/// Two graphs, float32 [2] → [2], with a signature each: "double" and "square".
ModelSpec TwoSignaturesModel();

}  // namespace wasmedge_embed::test
