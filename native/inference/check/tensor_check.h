#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/check/model_reader.h"

namespace wasmedge_embed {

/// A tensor whose own properties have been checked.
struct CheckedTensor {
  const FileTensor* file = nullptr;
  int8_t type = 0;
  TensorShape shape;
  /// Of `shape`.
  uint64_t elements = 0;
  uint64_t bytes = 0;
  /// The constant's data, `bytes` long; null if the tensor is computed or an input.
  const uint8_t* data = nullptr;

  /// Whether it is the same in every run: a constant, or the float output of DEQUANTIZE for one,
  /// which is how files of half the size store their weights.
  bool fixed = false;
  /// Whether it keeps its content between runs.
  bool variable = false;

  bool constant() const noexcept { return data != nullptr; }
  const FileQuantization& quantization() const noexcept { return file->quantization; }
  /// One scale and zero point for the whole tensor.
  bool quantized() const noexcept { return quantization().scales.size() == 1; }
  float scale() const noexcept { return quantization().scales[0]; }
  int64_t zero_point() const noexcept { return quantization().zero_points[0]; }
};

/// Checks each tensor of a graph on its own, and returns them in order; constants are `fixed`.
/// Checks types, shapes, overflow, that constants have exactly the size of their shape, that lists
/// of scales and zero points match the shape, that scales are finite and above 0, and that
/// variables have no data. A tensor may be empty: this is rejected where it is used. Throws
/// `Error(kModel)`.
std::vector<CheckedTensor> CheckTensors(const ModelFile& file, const FileSubgraph& subgraph);

/// A tensor in a message: "tensor 3 ("name")", or "input 0 ("name")" of the graph.
std::string TensorLabel(const FileSubgraph& subgraph, size_t index);

/// A name from the file, in a form for messages.
std::string Printable(std::string_view name);

/// Throws `Error(kModel)`: "The model ", the reason, and a full stop.
[[noreturn]] void RefuseModel(const std::string& reason);

/// The same for a tensor that must not be empty but is, or that is too large.
[[noreturn]] void RefuseSize(const FileSubgraph& subgraph, size_t index, const TensorShape& shape);

}  // namespace wasmedge_embed
