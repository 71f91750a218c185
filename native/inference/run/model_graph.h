#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "inference/check/model_reader.h"
#include "inference/check/tensor.h"
#include "inference/run/model_settings.h"

namespace wasmedge_embed {

/// The shapes of a graph's inputs, in their order.
using InputShapes = std::vector<std::vector<int32_t>>;

/// One graph of a model, as settings have it.
struct ModelGraph {
  /// Its place among the file's subgraphs.
  size_t index = 0;
  /// In the order of the graph.
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  /// Threads of one inference, of those that the options have; 0 for all of them.
  int threads = 0;
  /// The shapes for which nobody is charged: those that the file and the host have it with.
  InputShapes lent_shapes;

  InputShapes input_shapes() const;
  /// Bytes of all inputs and outputs, as far as they are known before a run.
  uint64_t tensor_bytes() const noexcept;
};

/// A graph as the file has it, with free dimensions as -1 and without byte sizes. Throws
/// `Error(kModel)` for types that guests cannot pass.
ModelGraph DescribeGraphOfFile(const ModelFile& file, size_t index);

/// The graph that settings choose: that of their signature, else the file's first; with the shapes
/// that they state. Of a free dimension that nothing states the first is 1. The file must have
/// passed a check. Throws `Error(kModel)` when the file lacks the signature or an input that has a
/// shape, when a shape has another rank or leaves open what is free, and for types that guests
/// cannot pass.
ModelGraph DescribeGraph(const ModelFile& file, const ModelSettings& settings);

/// The same with a guest's settings over those of the host.
ModelGraph DescribeGraph(const ModelFile& file, const ModelSettings& hosts,
                         const ModelSettings& guests);

}  // namespace wasmedge_embed
