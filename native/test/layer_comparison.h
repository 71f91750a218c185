#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "inference/run/inference_options.h"

namespace wasmedge_embed::test {

/// The model of one operator of another model's main graph: its file with the graph cut down to
/// this operator, whose computed inputs become the graph's. No signatures.
std::vector<uint8_t> OperatorOf(const std::vector<uint8_t>& model, size_t place);

/// How far the output of one operator is from the built-in kernels'.
struct LayerDifference {
  /// "12 CONV_2D [1,24,24,96]".
  std::string name;
  /// When the operator is given what it is given in the reference run: its own doing.
  int largest = 0;
  double mean = 0;
  /// When it is given what the operators before it have made: all that came together so far.
  int largest_so_far = 0;
  double mean_so_far = 0;
};

/// Runs a model of uint8 inputs operator by operator, on the built-in kernels as it is and with
/// the options, and compares what each gives, in steps of the stored uint8 numbers. Where a score
/// is off, the first operator whose own difference is larger than its neighbours' is at fault.
std::vector<LayerDifference> CompareLayers(const std::vector<uint8_t>& model,
                                           const std::vector<uint8_t>& input,
                                           const InferenceOptions& options);

/// A table of them, one line each.
std::string ToString(const std::vector<LayerDifference>& differences);

}  // namespace wasmedge_embed::test
