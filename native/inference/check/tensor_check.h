#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "inference/check/model_reader.h"

namespace wasmedge_embed {

/// A tensor whose own facts have been checked.
struct CheckedTensor {
  const FileTensor* file = nullptr;
  int8_t type = 0;
  TensorShape shape;
  /// Of `shape`.
  uint64_t elements = 0;
  uint64_t bytes = 0;
  /// The constant's `bytes` bytes; null for what is computed or given.
  const uint8_t* data = nullptr;

  /// Whether it is the same in every run: a constant, or one that DEQUANTIZE makes float of, which
  /// is how files of half the size keep their weights.
  bool fixed = false;
  /// Whether it keeps what is written into it from run to run.
  bool variable = false;

  bool constant() const noexcept { return data != nullptr; }
  const FileQuantization& quantization() const noexcept { return file->quantization; }
  /// One scale and zero point for the whole tensor.
  bool quantized() const noexcept { return quantization().scales.size() == 1; }
  float scale() const noexcept { return quantization().scales[0]; }
  int64_t zero_point() const noexcept { return quantization().zero_points[0]; }
};

/// Checks each tensor of a graph by itself, and gives them in their order, `fixed` where they are
/// constants: types, shapes, overflow, constants of exactly the size of their shape, lists of
/// scales and zero points that agree with the shape, scales finite and above 0, variables without
/// data. A tensor may be empty: that is refused where it is used. Throws `Error(kModel)`.
std::vector<CheckedTensor> CheckTensors(const ModelFile& file, const FileSubgraph& subgraph);

/// How messages call a tensor: "tensor 3 ("name")", or "input 0 ("name")" of the graph.
std::string TensorLabel(const FileSubgraph& subgraph, size_t index);

/// A name out of the file, fit for a message.
std::string Printable(std::string_view name);

/// Throws `Error(kModel)`: "The model ", the reason, and a full stop.
[[noreturn]] void RefuseModel(const std::string& reason);

/// The same for a tensor that is empty where it must not be, or too large.
[[noreturn]] void RefuseSize(const FileSubgraph& subgraph, size_t index, const TensorShape& shape);

}  // namespace wasmedge_embed
