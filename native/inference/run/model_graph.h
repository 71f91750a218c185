#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/check/tensor.h"
#include "inference/run/model_settings.h"

namespace wasmedge_embed {

/// The shapes of a graph's inputs, in order.
using InputShapes = std::vector<std::vector<int32_t>>;

/// One graph of a model, according to settings.
struct ModelGraph {
  /// Its index among the file's subgraphs.
  size_t index = 0;
  /// In the order of the graph.
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  /// Threads for one inference, out of those in the options; 0 for all of them.
  int threads = 0;
  /// The shapes that nobody is charged for: those of the file and of the host's settings.
  InputShapes lent_shapes;

  InputShapes input_shapes() const;
  /// Bytes of all inputs and outputs, as far as they are known before a run.
  uint64_t tensor_bytes() const noexcept;
};

/// A graph as in the file, with -1 for free dimensions and without byte sizes. Throws
/// `Error(kModel)` for types that guests cannot pass.
ModelGraph DescribeGraphOfFile(const ModelFile& file, size_t index);

/// The graph selected by settings: that of their signature, otherwise the file's first, with the
/// shapes that they specify. If a free dimension is not specified, it must be the first one, and
/// becomes 1. The file must have passed a check. Throws `Error(kModel)` if the file lacks the
/// signature or an input with a specified shape, if a shape has another rank or a free dimension
/// remains, and for types that guests cannot pass.
ModelGraph DescribeGraph(const ModelFile& file, const ModelSettings& settings);

/// The same with a guest's settings, which take precedence over those of the host.
ModelGraph DescribeGraph(const ModelFile& file, const ModelSettings& hosts,
                         const ModelSettings& guests);

}  // namespace wasmedge_embed
