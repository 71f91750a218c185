#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wasmedge_embed::test {

/// Values of the public schema tensorflow/lite/schema/schema.fbs.
enum TinyTensorType : int8_t {
  kTinyFloat32 = 0,
  kTinyInt32 = 2,
  kTinyUint8 = 3,
  kTinyInt64 = 4,
  kTinyString = 5,
  kTinyInt8 = 9,
};
enum TinyBuiltin : int8_t { kTinyAdd = 0, kTinyMul = 18, kTinyGather = 36 };

struct TinyTensor {
  std::string name;
  TinyTensorType type = kTinyFloat32;
  std::vector<int32_t> shape;
  /// Scale and zero point.
  std::optional<std::pair<float, int64_t>> quantization;
  /// Empty for none; -1 marks a dynamic dimension.
  std::vector<int32_t> shape_signature;
};

struct TinyOperator {
  int8_t builtin;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
};

/// A model of a few operators, enough to test everything around a model.
struct TinyModel {
  std::vector<TinyTensor> tensors;
  std::vector<TinyOperator> operators;
  std::vector<int32_t> inputs;
  std::vector<int32_t> outputs;
  /// The signature's arguments, as indices of tensors; no signature if both are empty.
  std::vector<int32_t> signature_inputs;
  std::vector<int32_t> signature_outputs;
};

/// The bytes of a .tflite file.
std::vector<uint8_t> BuildTinyModel(const TinyModel& model);

/// left + right, float32 [1,4]; tensors "left", "right", "sum".
TinyModel TinySum();

/// The same in uint8 or int8, all with scale 1 and zero point 0.
TinyModel TinyQuantizedSum(TinyTensorType type);

/// left + right and left * right, float32 [2,2]; outputs "sum", "product".
TinyModel TinySumAndProduct();

/// values[indices]: float32 [4] and int32 [2]; fails when an index is out of range.
TinyModel TinyGather();

}  // namespace wasmedge_embed::test
