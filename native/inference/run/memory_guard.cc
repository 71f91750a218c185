#include "inference/run/memory_guard.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "inference/check/memory_plan.h"
#include "inference/check/tensor.h"

namespace wasmedge_embed {
namespace {

namespace tflite = litert::tflite;

// Set within `Guarding`, for a function that receives no pointer of ours.
thread_local MemoryGuard* current_guard = nullptr;

// Sums are not increased beyond this: those of two stay far from overflow.
constexpr uint64_t kUnbounded = uint64_t{1} << 62;

/// The size of one element, rounded up; 0 if it has no fixed size, like strings.
uint64_t ElementSize(int32_t type) noexcept {
  constexpr uint8_t kSizes[] = {0, 4, 4, 1, 8, 0, 1, 2, 8, 1, 2, 8, 16, 8, 0, 0, 4, 2, 1, 2};
  return type >= 0 && static_cast<size_t>(type) < std::size(kSizes) ? kSizes[type] : 0;
}

uint64_t ByteSize(int32_t type, const tflite::IntArray& dimensions) noexcept {
  uint64_t bytes = ElementSize(type);
  for (const int size : dimensions) {
    const auto factor = static_cast<uint64_t>(std::max(size, 0));
    if (factor != 0 && bytes > kUnbounded / factor) return kUnbounded;
    bytes *= factor;
  }
  return bytes;
}

uint64_t AddClamped(uint64_t left, uint64_t right) noexcept {
  return left >= kUnbounded || right >= kUnbounded ? kUnbounded : left + right;
}

/// Kernels do not check every value that a result's shape depends on, and leave parts of the result
/// unwritten for some: those must not show what was in the memory before.
void Clear(tflite::Tensor* tensor) noexcept {
  const bool has_memory = tensor->allocation_type == tflite::kDynamic && tensor->data != nullptr;
  if (has_memory) std::memset(tensor->data, 0, tensor->byte_size);
}

bool IsPlaced(const tflite::Tensor& tensor) noexcept {
  return tensor.allocation_type == tflite::kArena || tensor.allocation_type == tflite::kPersistent;
}

}  // namespace

std::vector<MemoryGuard::Use> MemoryGuard::UsesOf(const FileSubgraph& graph) {
  std::vector<Use> uses(graph.tensors.size());
  const size_t end = graph.operators.size();
  for (size_t place = 0; place < end; ++place) {
    const FileOperator& op = graph.operators[place];
    for (const int32_t output : op.outputs) {
      if (output >= 0) uses[static_cast<size_t>(output)] = {place, place};
    }
    for (const int32_t input : op.inputs) {
      if (input >= 0) uses[static_cast<size_t>(input)].last = place;
    }
  }
  for (const int32_t input : graph.inputs) uses[static_cast<size_t>(input)] = {0, end};
  for (const int32_t output : graph.outputs) uses[static_cast<size_t>(output)].last = end;
  return uses;
}

void MemoryGuard::Watch(tflite::Context* context, bool is_graph) {
  if (context->ResizeTensor == &Resize) return;
  contexts_.push_back(context);
  if (is_graph) graph_context_ = context;
  resize_ = context->ResizeTensor;
  context->ResizeTensor = &Resize;
  bound_ = kUnbounded;
}

void MemoryGuard::Start(uint64_t byte_limit) noexcept {
  byte_limit_ = byte_limit;
  has_refused_ = false;
  has_failed_ = false;
}

bool MemoryGuard::IsPersistent(int32_t tensor) const noexcept {
  return graph_context_ != nullptr &&
         graph_context_->tensors[tensor].allocation_type == tflite::kPersistent;
}

MemoryGuard::Guarding::Guarding(MemoryGuard* guard) noexcept { current_guard = guard; }

MemoryGuard::Guarding::~Guarding() { current_guard = nullptr; }

tflite::Status MemoryGuard::Resize(tflite::Context* context, tflite::Tensor* tensor,
                                   tflite::IntArray* dimensions) noexcept {
  MemoryGuard* const guard = current_guard;
  const int rank = dimensions->size;
  try {
    if (guard != nullptr && guard->Admits(*tensor, *dimensions)) {
      const tflite::Status status = guard->resize_(context, tensor, dimensions);
      if (status == tflite::kOk) {
        Clear(tensor);
      } else {
        guard->Empty(context, tensor, rank);
      }
      return status;
    }
  } catch (const std::exception&) {
    // Out of memory: nothing is thrown through LiteRT's frames.
  }
  // This function owns them, like TensorFlow Lite's, on success and on failure.
  std::free(dimensions);
  if (guard != nullptr) guard->Empty(context, tensor, rank);
  return tflite::kError;
}

void MemoryGuard::Empty(tflite::Context* context, tflite::Tensor* tensor, int rank) noexcept {
  has_failed_ = true;
  if (tensor->allocation_type != tflite::kDynamic || rank < 1) return;
  const auto count = static_cast<size_t>(rank) + 1;
  auto* dimensions = static_cast<tflite::IntArray*>(std::calloc(count, sizeof(int)));
  if (dimensions == nullptr) return;
  dimensions->size = rank;
  resize_(context, tensor, dimensions);
}

bool MemoryGuard::Admits(const tflite::Tensor& tensor, const tflite::IntArray& dimensions) {
  const uint64_t bytes = ByteSize(tensor.type, dimensions);
  if (bytes <= tensor.byte_size) return true;
  bound_ = AddClamped(bound_, bytes - tensor.byte_size);
  // Kernels count elements in 32 bits in places, whatever is allowed.
  has_refused_ = bytes > std::min(byte_limit_, kMaximumTensorBytes);
  if (!has_refused_ && bound_ > byte_limit_) {
    bound_ = Measure(tensor, bytes);
    has_refused_ = bound_ > byte_limit_;
  }
  if (has_refused_) bound_ = kUnbounded;
  return !has_refused_;
}

uint64_t MemoryGuard::Measure(const tflite::Tensor& tensor, uint64_t bytes) const {
  uint64_t total = 0;
  for (const tflite::Context* context : contexts_) {
    total = AddClamped(total, Measure(*context, context == graph_context_, tensor, bytes));
  }
  return total;
}

uint64_t MemoryGuard::Measure(const tflite::Context& context, bool is_graph,
                              const tflite::Tensor& tensor, uint64_t bytes) const {
  MemoryPlan plan;
  uint64_t own = 0;
  uint64_t placed = 0;
  uint64_t largest_of_kernels = 0;
  for (size_t index = 0; index < context.tensor_count; ++index) {
    const tflite::Tensor& each = context.tensors[index];
    const uint64_t size = &each == &tensor ? bytes : each.byte_size;
    if (IsPlaced(each)) {
      placed = AddClamped(placed, size);
      if (index < uses_.size()) {
        plan.Add(size, uses_[index].first, uses_[index].last);
      } else {
        // For as long as its kernel runs.
        largest_of_kernels = std::max(largest_of_kernels, size);
      }
    } else if (each.allocation_type == tflite::kDynamic &&
               (&each == &tensor || each.data != nullptr)) {
      own = AddClamped(own, size);
    }
  }
  const bool is_planned = is_graph && AddClamped(own, placed) > byte_limit_;
  return AddClamped(own, is_planned ? AddClamped(plan.Bytes(), largest_of_kernels) : placed);
}

}  // namespace wasmedge_embed
