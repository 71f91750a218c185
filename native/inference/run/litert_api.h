#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

// The part of LiteRT 2.3's C ABI that is used here. The library is published without headers, so
// these declarations are ours: taken from the behaviour of libLiteRt.so of the Python package
// ai-edge-litert 2.3.0. Functions that tell failure return a `Status`; counts and indices are
// `size_t`; handles are opaque.

namespace wasmedge_embed::litert {

struct CompiledModelT;
struct EnvironmentT;
struct ModelT;
struct OpaqueOptionsT;
struct OptionsT;
struct SignatureT;
struct SubgraphT;
struct TensorBufferT;
struct TensorT;

/// 0 is success; `StatusText` names the others.
using Status = int;
inline constexpr Status kStatusOk = 0;

enum class RawElementType : int32_t {
  kBool = 6,
  kFloat16 = 10,
  kFloat32 = 1,
  kFloat64 = 11,
  kInt16 = 7,
  kInt32 = 2,
  kInt64 = 4,
  kInt8 = 9,
  kUint8 = 3,
};

inline constexpr size_t kMaximumRank = 8;

struct Layout {
  /// Low 7 bits: the rank; bit 7: `strides` holds strides.
  uint32_t rank_and_flags;
  int32_t dimensions[kMaximumRank];
  uint32_t strides[kMaximumRank];
};
static_assert(sizeof(Layout) == 68);

struct RankedTensorType {
  RawElementType element_type;
  Layout layout;
};
static_assert(sizeof(RankedTensorType) == 72);
static_assert(std::is_trivially_copyable_v<RankedTensorType>);

enum class QuantizationType : int { kNone = 0, kPerTensor = 1, kPerChannel = 2 };

struct PerTensorQuantization {
  float scale;
  int64_t zero_point;
};
static_assert(sizeof(PerTensorQuantization) == 16);

struct EnvironmentOption {
  /// 25: the least severity that is logged, an integer; 3 errors, 4 nothing.
  int32_t tag;
  struct {
    /// 2: integer.
    int32_t type;
    int64_t value;
  } value;
};
static_assert(sizeof(EnvironmentOption) == 24);

inline constexpr int kAcceleratorCpu = 1;
/// Host memory of tensors and the bytes of a model must lie on this boundary.
inline constexpr size_t kAlignment = 64;

/// The functions, under their names without "LiteRt". All are set in an opened `Library`.
struct Api {
  Status (*CreateEnvironment)(int option_count, const EnvironmentOption* options,
                              EnvironmentT** environment);

  /// Borrows the bytes for the life of the model.
  Status (*CreateModelFromBuffer)(EnvironmentT*, const void* bytes, size_t size, ModelT** model);
  void (*DestroyModel)(ModelT*);
  Status (*GetNumModelSignatures)(ModelT*, size_t* count);
  Status (*GetModelSignature)(ModelT*, size_t index, SignatureT** signature);
  Status (*GetSignatureSubgraph)(SignatureT*, SubgraphT** subgraph);
  Status (*GetNumSignatureInputs)(SignatureT*, size_t* count);
  Status (*GetSignatureInputTensorByIndex)(SignatureT*, size_t index, TensorT** tensor);
  Status (*GetNumSignatureOutputs)(SignatureT*, size_t* count);
  Status (*GetSignatureOutputTensorByIndex)(SignatureT*, size_t index, TensorT** tensor);
  Status (*GetNumSubgraphInputs)(SubgraphT*, size_t* count);
  Status (*GetSubgraphInput)(SubgraphT*, size_t index, TensorT** tensor);
  Status (*GetNumSubgraphOutputs)(SubgraphT*, size_t* count);
  Status (*GetSubgraphOutput)(SubgraphT*, size_t index, TensorT** tensor);
  Status (*GetTensorName)(TensorT*, const char** name);
  Status (*GetRankedTensorType)(TensorT*, RankedTensorType* type);
  Status (*GetQuantizationTypeId)(TensorT*, QuantizationType* type);
  Status (*GetPerTensorQuantization)(TensorT*, PerTensorQuantization* quantization);

  Status (*CreateOptions)(OptionsT** options);
  void (*DestroyOptions)(OptionsT*);
  Status (*SetOptionsHardwareAccelerators)(OptionsT*, int accelerators);
  Status (*CreateOpaqueOptions)(const char* identifier, void* payload, void (*free)(void*),
                                OpaqueOptionsT** options);
  void (*DestroyOpaqueOptions)(OpaqueOptionsT*);
  /// Takes the opaque options over when it succeeds.
  Status (*AddOpaqueOptions)(OptionsT*, OpaqueOptionsT*);

  Status (*CreateCompiledModel)(EnvironmentT*, ModelT*, OptionsT*, CompiledModelT** compiled_model);
  void (*DestroyCompiledModel)(CompiledModelT*);
  /// Borrows the memory for the life of the buffer.
  Status (*CreateTensorBufferFromHostMemory)(const RankedTensorType*, void* memory, size_t size,
                                             void (*deallocate)(void*), TensorBufferT** buffer);
  void (*DestroyTensorBuffer)(TensorBufferT*);
  /// `is_cancelled` is asked with `data` between the nodes of a run.
  Status (*SetCompiledModelCancellationFunction)(CompiledModelT*, void* data,
                                                 bool (*is_cancelled)(void*));
  /// One thread at a time for one compiled model.
  Status (*RunCompiledModel)(CompiledModelT*, size_t signature, size_t input_count,
                             TensorBufferT** inputs, size_t output_count, TensorBufferT** outputs);
};

/// An owned handle: `Owned<ModelT>(model, api.DestroyModel)`.
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

/// The status in words, for messages: "status 501, invalid flatbuffer".
std::string StatusText(Status status);

}  // namespace wasmedge_embed::litert
