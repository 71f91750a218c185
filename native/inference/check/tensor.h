#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wasmedge_embed {

/// The element types of tensors that guests can set and read: those with whole bytes.
enum class TensorType {
  kFloat32,
  kFloat16,
  kFloat64,
  kUint8,
  kUint16,
  kUint32,
  kUint64,
  kInt8,
  kInt16,
  kInt32,
  kInt64,
  kBool,
  kComplex64,
};

/// The name in the public contract: "float32", "uint8", …
constexpr const char* TensorTypeName(TensorType type) noexcept {
  switch (type) {
    case TensorType::kFloat32:
      return "float32";
    case TensorType::kFloat16:
      return "float16";
    case TensorType::kFloat64:
      return "float64";
    case TensorType::kUint8:
      return "uint8";
    case TensorType::kUint16:
      return "uint16";
    case TensorType::kUint32:
      return "uint32";
    case TensorType::kUint64:
      return "uint64";
    case TensorType::kInt8:
      return "int8";
    case TensorType::kInt16:
      return "int16";
    case TensorType::kInt32:
      return "int32";
    case TensorType::kInt64:
      return "int64";
    case TensorType::kBool:
      return "bool";
    case TensorType::kComplex64:
      return "complex64";
  }
  return "unknown";
}

/// The size of one element, in bytes.
constexpr uint64_t TensorTypeSize(TensorType type) noexcept {
  switch (type) {
    case TensorType::kUint8:
    case TensorType::kInt8:
    case TensorType::kBool:
      return 1;
    case TensorType::kFloat16:
    case TensorType::kInt16:
    case TensorType::kUint16:
      return 2;
    case TensorType::kFloat32:
    case TensorType::kInt32:
    case TensorType::kUint32:
      return 4;
    case TensorType::kFloat64:
    case TensorType::kInt64:
    case TensorType::kUint64:
    case TensorType::kComplex64:
      return 8;
  }
  return 0;
}

/// LiteRT and its kernels count a tensor's bytes in 32 bits in places.
inline constexpr uint64_t kMaximumTensorBytes = INT32_MAX;

/// For the whole tensor: real value = scale * (stored value - zero_point).
struct Quantization {
  float scale = 0;
  int64_t zero_point = 0;
};

/// An input or output of a model.
struct TensorInfo {
  std::string name;
  TensorType type = TensorType::kFloat32;
  /// Empty for a scalar. For an input, every dimension is at least 1. If an output's shape is only
  /// known while the model runs, this is the shape in the file until then, and may be empty after a
  /// run.
  std::vector<int32_t> shape;
  /// The shape with -1 for dimensions that the file leaves free; empty if there are none.
  std::vector<int32_t> shape_signature;
  /// Absent if the tensor is not quantized, or is quantized per channel.
  std::optional<Quantization> quantization;
  /// Elements times element size; 0 for an output without elements, or with an unknown shape.
  uint64_t byte_size = 0;
};

/// The size in bytes of a tensor with this type and shape; absent if a dimension is below 1 or the
/// product exceeds `limit`.
inline std::optional<uint64_t> TensorByteSize(TensorType type, const std::vector<int32_t>& shape,
                                              uint64_t limit) noexcept {
  uint64_t size = TensorTypeSize(type);
  for (const int32_t dimension : shape) {
    if (dimension < 1 || size > limit / static_cast<uint64_t>(dimension)) return std::nullopt;
    size *= static_cast<uint64_t>(dimension);
  }
  return size <= limit ? std::optional<uint64_t>(size) : std::nullopt;
}

}  // namespace wasmedge_embed
