#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/page_buffer.h"
#include "inference/rewrite/channel_copies.h"

namespace wasmedge_embed {

/// The bit in which the guest's uint8 numbers differ from the int8 numbers of a rewritten model;
/// zero points differ by the same amount.
inline constexpr uint8_t kHighestBit = 0x80;

/// The result of `RewriteModel`.
struct RewrittenModel {
  /// The int8 model; of size 0 if the model is left unchanged.
  PageBuffer bytes;
  /// Why it is left unchanged, to follow "The model "; empty if it is rewritten.
  std::string reason;
  /// The number of output channels of all weights, and how many of them could not be converted
  /// exactly.
  size_t channels = 0;
  size_t inexact_channels = 0;
  /// For each input of the graph: channels that the int8 model needs a second time after the
  /// others.
  std::vector<ChannelCopies> input_copies;

  bool rewritten() const noexcept { return reason.empty(); }
};

/// Why a model that a check rejects is left unchanged: in the form of `RewrittenModel::reason`,
/// which has no full stop.
std::string ReasonToLeave(const Error& error);

/// Converts a uint8 model with per-tensor quantized weights to an int8 model with per-channel
/// quantized weights, for which LiteRT's XNNPACK has much faster kernels.
///
/// Every uint8 tensor that the graph uses becomes int8: its zero point and its stored values
/// decrease by 128, so that its real values stay the same. Weights become int8 with zero point 0
/// and a scale for each channel (`WeightConverter`), and biases are adjusted accordingly.
/// Everything else (names, signatures, metadata, buffers, fields of later schemas) stays unchanged
/// and in place. Wherever the result has int8 inputs or outputs, the guest's bytes differ from its
/// bytes in the highest bit; the original must not have int8 there, otherwise it is left unchanged.
///
/// All or nothing: a graph with an operator that is not known here, or that int8 kernels would
/// execute differently, is left unchanged. The bytes must have passed `CheckModel`; the result
/// passes it as well, and has at most three times the size plus 64 KiB. Throws `std::bad_alloc`.
RewrittenModel RewriteModel(const uint8_t* bytes, size_t size);

}  // namespace wasmedge_embed
