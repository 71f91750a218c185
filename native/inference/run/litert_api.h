#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>

#include "inference/run/tflite_api.h"

// The part of LiteRT 2.3's C ABI that is used here. The library is published without headers, so
// these declarations are ours: derived from the behaviour of libLiteRt.so in the Python package
// ai-edge-litert 2.3.0. Functions that can fail return a `Status`; counts and indices are `size_t`;
// handles are opaque.

namespace wasmedge_embed::litert {

struct AcceleratorT;
struct CompiledModelT;
struct DelegateWrapperT;
struct EnvironmentT;
struct ModelT;
struct OpaqueOptionsT;
struct OptionsT;
struct SignatureT;
struct TensorBufferT;
struct TensorT;

/// 0 is success; `StatusText` names the others.
using Status = int;
inline constexpr Status kStatusOk = 0;

enum class RawElementType : int32_t {
  kBool = 6,
  kComplex64 = 8,
  kFloat16 = 10,
  kFloat32 = 1,
  kFloat64 = 11,
  kInt16 = 7,
  kInt32 = 2,
  kInt64 = 4,
  kInt8 = 9,
  kUint16 = 17,
  kUint32 = 16,
  kUint64 = 13,
  kUint8 = 3,
};

inline constexpr size_t kMaximumRank = 8;

struct Layout {
  /// Low 7 bits: the rank; bit 7: `strides` contains strides.
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

struct EnvironmentOption {
  /// 25: the minimum severity that is logged, an integer; 3 for errors, 4 for nothing.
  int32_t tag;
  struct {
    /// 2: integer.
    int32_t type;
    int64_t value;
  } value;
};
static_assert(sizeof(EnvironmentOption) == 24);

struct Version {
  int32_t major;
  int32_t minor;
  int32_t patch;
};

/// A custom operator's kernel: receives its options when it is created, determines its outputs'
/// shapes when those of its inputs are known, runs, and is destroyed.
struct CustomKernel {
  Status (*init)(void* data, const void* options, size_t size);
  Status (*get_output_layouts)(void* data, size_t input_count, const Layout* inputs,
                               size_t output_count, Layout* outputs);
  Status (*run)(void* data, size_t input_count, TensorBufferT* const* inputs, size_t output_count,
                TensorBufferT** outputs);
  Status (*destroy)(void* data);
};

inline constexpr int kAcceleratorCpu = 1;
/// Alignment of the host memory of tensors and of the bytes of a model.
inline constexpr size_t kAlignment = 64;

/// The functions, with their names without "LiteRt". All are set in an opened `Library`.
struct Api {
  Status (*CreateEnvironment)(int option_count, const EnvironmentOption* options,
                              EnvironmentT** environment);

  /// Borrows the bytes for the life of the model.
  Status (*CreateModelFromBuffer)(EnvironmentT*, const void* bytes, size_t size, ModelT** model);
  void (*DestroyModel)(ModelT*);
  Status (*GetModelSignature)(ModelT*, size_t index, SignatureT** signature);
  Status (*GetSignatureInputTensorByIndex)(SignatureT*, size_t index, TensorT** tensor);
  Status (*GetRankedTensorType)(TensorT*, RankedTensorType* type);

  Status (*CreateOptions)(OptionsT** options);
  void (*DestroyOptions)(OptionsT*);
  Status (*SetOptionsHardwareAccelerators)(OptionsT*, int accelerators);
  Status (*CreateOpaqueOptions)(const char* identifier, void* payload, void (*free)(void*),
                                OpaqueOptionsT** options);
  void (*DestroyOpaqueOptions)(OpaqueOptionsT*);
  /// On success, takes ownership of the opaque options.
  Status (*AddOpaqueOptions)(OptionsT*, OpaqueOptionsT*);
  /// Makes models use `kernel` for the custom operator with this name; copies the kernel.
  Status (*AddCustomOpKernelOption)(OptionsT*, const char* name, int version,
                                    const CustomKernel* kernel, void* data);

  Status (*CreateAccelerator)(AcceleratorT** accelerator);
  Status (*SetAcceleratorGetName)(AcceleratorT*, Status (*)(const AcceleratorT*, const char**));
  Status (*SetAcceleratorGetVersion)(AcceleratorT*, Status (*)(const AcceleratorT*, Version*));
  Status (*SetAcceleratorGetHardwareSupport)(AcceleratorT*, Status (*)(const AcceleratorT*, int*));
  Status (*SetIsAcceleratorDelegateResponsibleForJitCompilation)(AcceleratorT*,
                                                                 Status (*)(const AcceleratorT*,
                                                                            bool*));
  /// Called for each model that is compiled. A null wrapper means no delegate.
  Status (*SetDelegateFunction)(AcceleratorT*,
                                Status (*)(void* runtime, EnvironmentT*, const AcceleratorT*,
                                           OptionsT*, DelegateWrapperT** wrapper));
  /// Takes ownership of the accelerator, on success and on failure.
  Status (*RegisterAccelerator)(EnvironmentT*, AcceleratorT*, void* data, void (*free)(void*));
  /// Borrows the delegate, and calls `destroy` when it is done with it.
  Status (*WrapDelegate)(tflite::Delegate*, void (*destroy)(tflite::Delegate*),
                         DelegateWrapperT** wrapper);

  Status (*CreateCompiledModel)(EnvironmentT*, ModelT*, OptionsT*, CompiledModelT** compiled_model);
  void (*DestroyCompiledModel)(CompiledModelT*);
  /// Borrows the memory for the life of the buffer.
  Status (*CreateTensorBufferFromHostMemory)(const RankedTensorType*, void* memory, size_t size,
                                             void (*deallocate)(void*), TensorBufferT** buffer);
  void (*DestroyTensorBuffer)(TensorBufferT*);
  /// Whatever the file says about the input's shape. Dimensions are at least 1.
  Status (*CompiledModelResizeInputTensorNonStrict)(CompiledModelT*, size_t signature, size_t input,
                                                    const int32_t* dimensions, size_t rank);
  /// The outputs' current shapes or, with `update`, after allocating memory for the inputs' shapes.
  Status (*GetCompiledModelOutputTensorLayouts)(CompiledModelT*, size_t signature, size_t count,
                                                Layout* layouts, bool update);
  /// `is_cancelled` is called with `data` between the nodes during a run.
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
