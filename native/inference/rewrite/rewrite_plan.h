#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/page_buffer.h"
#include "inference/check/flat_buffer.h"
#include "inference/check/model_reader.h"
#include "inference/rewrite/channel_weights.h"
#include "inference/rewrite/model_patch.h"

namespace wasmedge_embed {

/// Ends a rewrite: the model is left unchanged.
struct LeftAsItIs {
  /// To follow "The model ".
  std::string reason;
};

[[noreturn]] void LeaveAsItIs(std::string reason);

/// How an int8 model uses a tensor of the uint8 model; `kNone` if it is unchanged.
enum class TensorRole : uint8_t { kNone, kActivation, kWeights, kBias };

/// A constant whose bytes change, in place unless an appended one replaces it.
struct ChangedConstant {
  /// As in the file.
  FlatVector<uint8_t> data;
  TensorRole role = TensorRole::kNone;
  bool replaced = false;
  // For weights, and for the bias that belongs to them.
  WeightLayout layout;
  int zero_point = 0;
  std::vector<InexactChannel> inexact;

  /// Computes the int8 model's bytes: all of them, but for a bias only those of inexact channels,
  /// so `converted` must already contain the file's bytes.
  void Convert(uint8_t* converted) const;
};

/// The decided part of the rewrite of a model's only graph: each tensor's role, the constants that
/// change, and what is overwritten and appended in the file. Borrows the file and its bytes, which
/// must have passed `CheckModel`.
class RewritePlan {
 public:
  /// Throws `LeftAsItIs` if there are several graphs.
  RewritePlan(const uint8_t* bytes, size_t size, const ModelFile& file);
  RewritePlan(const RewritePlan&) = delete;
  RewritePlan& operator=(const RewritePlan&) = delete;

  const ModelFile& file() const noexcept { return file_; }
  const FileSubgraph& graph() const noexcept { return graph_; }
  ModelPatch& patch() noexcept { return patch_; }

  int32_t Code(const FileOperator& op) const { return file_.operator_codes()[op.code_index].code; }
  /// "operator 3 (CONV_2D)".
  std::string Label(const FileOperator& op) const;
  /// `index` is one of an operator's or of the graph's, and not -1.
  const FileTensor& Tensor(int32_t index) const {
    return graph_.tensors[static_cast<size_t>(index)];
  }
  /// False for a missing optional input.
  bool IsUint8(int32_t index) const;
  /// The constant's bytes; empty if it is computed or an input.
  FlatVector<uint8_t> Data(const FileTensor& tensor) const {
    return file_.buffers()[tensor.buffer].data;
  }

  TensorRole role(size_t index) const { return roles_[index]; }
  /// Assigns a role to a tensor; false, and no change, if it already has one.
  [[nodiscard]] bool Take(size_t index, TensorRole role);
  bool HasActivations() const;

  void Change(ChangedConstant constant) { constants_.push_back(std::move(constant)); }
  void SetInt8(const FileTensor& tensor);
  void SetQuantization(const FileTensor& tensor, const std::vector<float>& scales,
                       const std::vector<int64_t>& zero_points, int32_t dimension);
  void SetShape(const FileTensor& tensor, const std::vector<int32_t>& shape);
  /// Writes the bytes of an appended constant, which are zero.
  using Fill = std::function<void(uint8_t* bytes)>;
  /// Replaces the tensor's constant with an appended one of another shape. `Apply` calls `fill`.
  void Replace(const FileTensor& tensor, size_t size, const std::vector<int32_t>& shape, Fill fill);

  /// Throws `LeftAsItIs` unless everything that changes in place belongs to a single tensor.
  void RequireUnshared() const;

  /// The int8 model. Throws `std::bad_alloc`.
  PageBuffer Apply() const;

 private:
  const uint8_t* bytes_;
  const ModelFile& file_;
  const FileSubgraph& graph_;
  ModelPatch patch_;
  std::vector<TensorRole> roles_;
  std::vector<ChangedConstant> constants_;
  std::vector<std::pair<ModelPatch::Space, Fill>> replacements_;
};

}  // namespace wasmedge_embed
