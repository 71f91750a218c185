#include "inference/run/operand_guard.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <iterator>
#include <limits>
#include <vector>

#include "inference/check/model_schema.h"

namespace wasmedge_embed {
namespace {

namespace tflite = litert::tflite;

// Set within `Guarding`, for functions that receive no pointer of ours.
thread_local const OperandGuard* current_operand_guard = nullptr;

constexpr int64_t kLargest = std::numeric_limits<int32_t>::max();

/// An operator and its tensors, whose number and ranks the kernel has checked.
class Operator {
 public:
  Operator(const tflite::Context& context, const tflite::Node& node) noexcept
      : context_(context), node_(node) {}

  const tflite::Tensor* Input(int place) const noexcept {
    const int index = place < node_.inputs->size ? node_.inputs->begin()[place] : -1;
    return index < 0 ? nullptr : &context_.tensors[index];
  }

  std::vector<int64_t> Shape(int place) const {
    const tflite::Tensor* tensor = Input(place);
    if (tensor == nullptr || tensor->dimensions == nullptr) return {};
    return {tensor->dimensions->begin(), tensor->dimensions->end()};
  }

  std::vector<int64_t> Integers(int place) const {
    const tflite::Tensor* tensor = Input(place);
    if (tensor == nullptr || tensor->data == nullptr) return {};
    if (tensor->type == schema::kInt64) return Read<int64_t>(*tensor);
    if (tensor->type == schema::kInt32) return Read<int32_t>(*tensor);
    return {};
  }

  template <typename Options>
  Options OptionsOf() const noexcept {
    Options options{};
    if (node_.options != nullptr) std::memcpy(&options, node_.options, sizeof(options));
    return options;
  }

 private:
  template <typename Number>
  static std::vector<int64_t> Read(const tflite::Tensor& tensor) {
    std::vector<Number> numbers(tensor.byte_size / sizeof(Number));
    if (!numbers.empty()) {
      std::memcpy(numbers.data(), tensor.data, numbers.size() * sizeof(Number));
    }
    return {numbers.begin(), numbers.end()};
  }

  const tflite::Context& context_;
  const tflite::Node& node_;
};

bool IsWithin(int64_t value, int64_t first, int64_t last) noexcept {
  return first <= value && value <= last;
}

/// Each axis once; the kernel compares with the rank.
bool IsPermutation(const Operator& op) {
  const auto rank = static_cast<int64_t>(op.Shape(0).size());
  std::vector<bool> seen(static_cast<size_t>(rank));
  for (int64_t axis : op.Integers(1)) {
    if (axis < 0) axis += rank;
    if (!IsWithin(axis, 0, rank - 1) || seen[static_cast<size_t>(axis)]) return false;
    seen[static_cast<size_t>(axis)] = true;
  }
  return true;
}

/// No more elements are reversed than there are; the kernel compares only the first length.
bool HasLengths(const Operator& op) {
  struct Options {
    int axis;
    int batch_axis;
  };
  const std::vector<int64_t> shape = op.Shape(0);
  auto axis = static_cast<int64_t>(op.OptionsOf<Options>().axis);
  const auto rank = static_cast<int64_t>(shape.size());
  if (axis < 0) axis += rank;
  if (!IsWithin(axis, 0, rank - 1)) return false;
  const std::vector<int64_t> lengths = op.Integers(1);
  return std::all_of(lengths.begin(), lengths.end(),
                     [&](int64_t length) { return length <= shape[static_cast<size_t>(axis)]; });
}

/// The result's size is computed without overflow. `crops`: BATCH_TO_SPACE_ND, otherwise
/// SPACE_TO_BATCH_ND.
bool HasRegion(const Operator& op, bool crops) {
  const std::vector<int64_t> shape = op.Shape(0);
  const std::vector<int64_t> blocks = op.Integers(1);
  const std::vector<int64_t> edges = op.Integers(2);
  int64_t batch = shape.empty() ? 0 : shape[0];
  for (size_t axis = 0; axis < blocks.size(); ++axis) {
    if (axis + 1 >= shape.size() || 2 * axis + 1 >= edges.size()) return false;
    const int64_t block = blocks[axis];
    const int64_t before = edges[2 * axis];
    const int64_t after = edges[2 * axis + 1];
    if (!IsWithin(block, 1, kLargest)) return false;
    if (!crops && !IsWithin(batch *= block, 0, kLargest)) return false;
    const int64_t size =
        crops ? shape[axis + 1] * block - before - after : shape[axis + 1] + before + after;
    if (!IsWithin(size, 0, kLargest)) return false;
    if (crops && (before < 0 || after < 0 || shape[axis + 1] * block > kLargest)) return false;
  }
  return true;
}

/// Positions of single elements and, with ends that count from the beginning, whole ranges lie
/// within the tensor: the kernel moves other positions next to its last element.
bool HasSlice(const Operator& op) {
  struct Options {
    int begin_mask;
    int end_mask;
    int ellipsis_mask;
    int new_axis_mask;
    int shrink_axis_mask;
    bool ends_are_sizes;
  };
  const auto options = op.OptionsOf<Options>();
  const std::vector<int64_t> shape = op.Shape(0);
  const std::vector<int64_t> begins = op.Integers(1);
  const std::vector<int64_t> ends = op.Integers(2);
  const std::vector<int64_t> strides = op.Integers(3);
  if (begins.size() > 31 || ends.size() < begins.size() || strides.size() < begins.size()) {
    return false;
  }
  const auto is_set = [](int mask, size_t bit) { return (mask >> bit & 1) != 0; };
  size_t added = 0;
  for (size_t i = 0; i < begins.size(); ++i) {
    added += !is_set(options.ellipsis_mask, i) && is_set(options.new_axis_mask, i);
  }
  size_t axis = 0;
  for (size_t i = 0; i < begins.size(); ++i) {
    if (is_set(options.ellipsis_mask, i)) {
      const size_t others = begins.size() - added - 1;
      axis += shape.size() > others ? shape.size() - others : 0;
      continue;
    }
    if (is_set(options.new_axis_mask, i)) continue;
    if (axis >= shape.size()) return true;
    const int64_t size = shape[axis++];
    const bool is_forward = strides[i] > 0;
    int64_t begin = begins[i] < 0 ? begins[i] + size : begins[i];
    if (is_set(options.begin_mask, i)) begin = is_forward ? 0 : size - 1;
    if (is_set(options.shrink_axis_mask, i)) {
      if (!IsWithin(begin, 0, size - 1)) return false;
    } else if (options.ends_are_sizes && !is_set(options.end_mask, i)) {
      const bool fits =
          is_forward ? IsWithin(begin, 0, size) && IsWithin(begin + ends[i], 0, size)
                     : IsWithin(begin, 0, size - 1) && IsWithin(begin + ends[i], -1, size - 1);
      if (!fits) return false;
    }
  }
  return true;
}

/// The kernel ends the process for others.
bool HasMatchingShapes(const Operator& op) {
  const std::vector<int64_t> left = op.Integers(0);
  const std::vector<int64_t> right = op.Integers(1);
  const size_t common = std::min(left.size(), right.size());
  return std::equal(
      left.end() - static_cast<std::ptrdiff_t>(common), left.end(),
      right.end() - static_cast<std::ptrdiff_t>(common),
      [](int64_t one, int64_t other) { return one == other || one == 1 || other == 1; });
}

/// The positions lie within the shape.
bool HasPositions(const Operator& op) {
  const std::vector<int64_t> positions = op.Integers(1);
  const std::vector<int64_t> shape = op.Integers(2);
  if (shape.empty()) return false;
  for (size_t i = 0; i < positions.size(); ++i) {
    if (!IsWithin(positions[i], 0, shape[i % shape.size()] - 1)) return false;
  }
  return true;
}

struct Check {
  int32_t code;
  const char* name;
  bool (*passes)(const Operator&);
};

constexpr Check kChecks[] = {
    {schema::kTranspose, "TRANSPOSE", &IsPermutation},
    {schema::kReverseSequence, "REVERSE_SEQUENCE", &HasLengths},
    {schema::kBatchToSpaceNd, "BATCH_TO_SPACE_ND",
     [](const Operator& op) { return HasRegion(op, true); }},
    {schema::kSpaceToBatchNd, "SPACE_TO_BATCH_ND",
     [](const Operator& op) { return HasRegion(op, false); }},
    {schema::kStridedSlice, "STRIDED_SLICE", &HasSlice},
    {schema::kBroadcastArgs, "BROADCAST_ARGS", &HasMatchingShapes},
    {schema::kEmbeddingLookupSparse, "EMBEDDING_LOOKUP_SPARSE", &HasPositions},
};

}  // namespace

template <int kind>
tflite::Status OperandGuard::CheckAndInvoke(tflite::Context* context, tflite::Node* node) noexcept {
  if (current_operand_guard == nullptr) return tflite::kError;
  try {
    if (!kChecks[kind].passes(Operator(*context, *node))) {
      context->ReportError(context, "%s has operands outside of its tensors.", kChecks[kind].name);
      return tflite::kError;
    }
  } catch (const std::exception&) {
    // Out of memory: nothing is thrown through LiteRT's frames.
    return tflite::kError;
  }
  return current_operand_guard->invoke_[kind](context, node);
}

bool OperandGuard::Watch(tflite::Registration* registration) {
  static_assert(std::size(kChecks) == kKinds);
  static constexpr Invoke kGuarded[kKinds] = {
      &CheckAndInvoke<0>, &CheckAndInvoke<1>, &CheckAndInvoke<2>, &CheckAndInvoke<3>,
      &CheckAndInvoke<4>, &CheckAndInvoke<5>, &CheckAndInvoke<6>,
  };
  for (int kind = 0; kind < kKinds; ++kind) {
    if (registration->builtin_code != kChecks[kind].code) continue;
    if (registration->invoke == kGuarded[kind]) return true;
    // All operators of a kind have the same kernel.
    if (invoke_[kind] != nullptr && invoke_[kind] != registration->invoke) return false;
    invoke_[kind] = registration->invoke;
    registration->invoke = kGuarded[kind];
    return true;
  }
  return true;
}

OperandGuard::Guarding::Guarding(const OperandGuard* guard) noexcept {
  current_operand_guard = guard;
}

OperandGuard::Guarding::~Guarding() { current_operand_guard = nullptr; }

}  // namespace wasmedge_embed
