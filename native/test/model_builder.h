#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "inference/check/model_schema.h"

namespace wasmedge_embed::test {

/// A tensor of a model to build. Any of it may be a lie.
struct SpecTensor {
  std::string name;
  int8_t type = schema::kFloat32;
  std::vector<int32_t> shape;
  std::vector<float> scales;
  std::vector<int64_t> zero_points;
  int32_t quantized_dimension = 0;
  /// The constant's bytes, in a buffer of its own; absent for computed tensors.
  std::optional<std::vector<uint8_t>> data;
  std::vector<int32_t> shape_signature;
  /// Used instead of the buffer that follows from `data`.
  std::optional<uint32_t> buffer;
  bool is_variable = false;
  bool is_sparse = false;
  uint8_t quantization_details = 0;
  /// The tensor of scales that the details name.
  int32_t details_scales = 0;
  uint32_t external_buffer = 0;
};

/// The value of a field of an operator's options.
using SpecOption = std::variant<int8_t, int32_t, float, std::vector<int32_t>>;

struct SpecOperator {
  int32_t code = 0;
  std::string custom_name;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  uint8_t options_type = 0;
  /// By field number.
  std::vector<SpecOption> options;
  int32_t version = 1;
  std::optional<uint32_t> code_index;
  bool mutates_inputs = false;
  std::vector<int32_t> intermediates;
  std::vector<uint8_t> custom_options;
  uint8_t options_2_type = 0;
  bool has_options_2 = false;
  /// Offset and size of custom options behind the FlatBuffer; 0 for none.
  uint64_t large_options_offset = 0;
  uint64_t large_options_size = 0;
};

struct SpecGraph {
  std::vector<SpecTensor> tensors;
  std::vector<SpecOperator> operators;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
};

struct SpecArgument {
  std::string name;
  uint32_t tensor = 0;
};

struct SpecSignature {
  std::vector<SpecArgument> inputs;
  std::vector<SpecArgument> outputs;
  uint32_t subgraph = 0;
  bool has_key = true;
  std::string key = "serving_default";
};

/// A .tflite file to build, field by field: for everything that `TinyModel` cannot express.
struct ModelSpec {
  std::vector<SpecGraph> graphs;
  std::vector<SpecSignature> signatures;
  std::vector<std::pair<std::string, uint32_t>> metadata;
  uint32_t version = schema::kVersion;
  /// Offset and size of data behind the FlatBuffer, in the last buffer.
  std::optional<std::pair<uint64_t, uint64_t>> outside;
  size_t external_buffers = 0;

  SpecGraph& graph() { return graphs[0]; }
};

std::vector<uint8_t> BuildModel(const ModelSpec& model);

template <typename T>
std::vector<uint8_t> BytesOf(const std::vector<T>& values) {
  std::vector<uint8_t> bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

}  // namespace wasmedge_embed::test
