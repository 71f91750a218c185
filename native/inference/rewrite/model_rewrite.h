#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/aligned_buffer.h"
#include "base/error.h"
#include "inference/rewrite/channel_copies.h"

namespace wasmedge_embed {

/// The bit in which the guest's uint8 numbers differ from the int8 numbers of a rewritten model;
/// zero points differ by as much.
inline constexpr uint8_t kHighestBit = 0x80;

/// What `RewriteModel` made of a model.
struct RewrittenModel {
  /// The int8 model; of size 0 when the model is left as it is.
  AlignedBuffer bytes;
  /// Why it is left as it is, to follow "The model "; empty when it is rewritten.
  std::string reason;
  /// Output channels of all weights, and how many of them could not be converted exactly.
  size_t channels = 0;
  size_t inexact_channels = 0;
  /// Of each input of the graph: channels that the int8 model wants once more behind the others.
  std::vector<ChannelCopies> input_copies;

  bool rewritten() const noexcept { return reason.empty(); }
};

/// Why a model that a check refuses is left as it is: as `RewrittenModel::reason`, which has no
/// full stop.
std::string ReasonToLeave(const Error& error);

/// Makes an int8 model with weights that are quantized by channel of a uint8 model whose weights
/// are quantized as a whole, for which LiteRT's XNNPACK has much faster kernels.
///
/// Every uint8 tensor that the graph uses becomes int8: its zero point and its stored values are
/// less by 128, so that its real values are the same. Weights become int8 with zero point 0 and a
/// scale for each channel (`WeightConverter`), biases go with them. What this does not concern
/// (names, signatures, metadata, buffers, fields of later schemas) stays as it is, where it is. The
/// guest's bytes differ from those of the result by their highest bit, in inputs and in outputs,
/// wherever the result has int8; the original has no int8 there, or it is left as it is.
///
/// All or nothing: a graph with an operator that is not known here, or that int8 kernels would run
/// in another way, is left as it is. The bytes must have passed `CheckModel`; the result passes it
/// as well, and has at most three times the size, and 64 KiB. Throws `std::bad_alloc`.
RewrittenModel RewriteModel(const uint8_t* bytes, size_t size);

}  // namespace wasmedge_embed
