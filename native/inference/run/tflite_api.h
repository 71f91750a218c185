#pragma once

#include <cstddef>
#include <cstdint>

// The part of TensorFlow Lite's C ABI through which a delegate sees a graph; LiteRT 2.3 is built
// around it. These declarations are ours, with the layout of the public header
// tensorflow/lite/core/c/common.h; fields that nothing here reads have no names of their own.

namespace wasmedge_embed::litert::tflite {

/// 0 is success.
using Status = int;
inline constexpr Status kOk = 0;
inline constexpr Status kError = 1;

inline constexpr int32_t kBuiltinCustom = 32;
inline constexpr int32_t kBuiltinDelegate = 51;

// Where a tensor's memory is: in shared memory, for as long as it is used or permanently; or in its
// own memory, allocated while the graph runs.
inline constexpr int32_t kArena = 2;
inline constexpr int32_t kPersistent = 3;
inline constexpr int32_t kDynamic = 4;

/// `size` numbers follow.
struct IntArray {
  int size;
  int first[1];

  const int* begin() const noexcept { return first; }
  const int* end() const noexcept { return first + size; }
};

struct Tensor {
  /// The same numbers as LiteRT's element types.
  int32_t type;
  void* data;
  IntArray* dimensions;
  uint64_t legacy_quantization;
  int32_t allocation_type;
  size_t byte_size;
  const void* allocation;
  const char* name;
  void* delegate;
  int32_t buffer_handle;
  bool data_is_stale;
  bool is_variable;
  struct {
    int32_t type;
    void* parameters;
  } quantization;
  void* sparsity;
  const IntArray* dimensions_signature;
};
static_assert(sizeof(Tensor) == 112);

struct Node {
  IntArray* inputs;
  IntArray* outputs;
  IntArray* intermediates;
  IntArray* temporaries;
  /// What the kernel's `init` returned.
  void* data;
  /// The operator's options, in a struct per operator.
  const void* options;
};

struct Context;
struct Delegate;

struct Registration {
  void* (*init)(Context*, const char* buffer, size_t size);
  void (*free)(Context*, void* data);
  Status (*prepare)(Context*, Node*);
  Status (*invoke)(Context*, Node*);
  const char* (*profiling_string)(const Context*, const Node*);
  int32_t builtin_code;
  const char* custom_name;
  int version;
  void* external;
  void* async_kernel;
  uint64_t in_place;
};
static_assert(sizeof(Registration) == 88);

struct Context {
  size_t tensor_count;
  Status (*GetExecutionPlan)(Context*, IntArray** plan);
  Tensor* tensors;
  void* implementation;
  /// Takes ownership of the dimensions, on success and on failure.
  Status (*ResizeTensor)(Context*, Tensor*, IntArray* dimensions);
  void (*ReportError)(Context*, const char* format, ...);
  void* add_tensors;
  Status (*GetNodeAndRegistration)(Context*, int node, Node**, Registration**);
  Status (*ReplaceNodeSubsetsWithDelegateKernels)(Context*, Registration, const IntArray* nodes,
                                                  Delegate*);
};

/// What a delegate's kernel receives in `init` as its buffer.
struct DelegateParameters {
  Delegate* delegate;
};

struct Delegate {
  static constexpr int64_t kAllowDynamicTensors = 1;

  void* data;
  Status (*prepare)(Context*, Delegate*);
  void* copy_from_buffer_handle;
  void* copy_to_buffer_handle;
  void* free_buffer_handle;
  int64_t flags;
  void* builder;
};
static_assert(sizeof(Delegate) == 56);

}  // namespace wasmedge_embed::litert::tflite
