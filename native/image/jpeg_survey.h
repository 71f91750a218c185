#pragma once

#include <cstdint>
#include <optional>

#include "base/guest_memory.h"

namespace wasmedge_embed {

/// What decoding a JPEG will take, determined from its markers before any of it is decoded. The
/// limits are those of the guests' decoder (wasm/jpeg/src/survey.rs, which gives the reasons),
/// except for memory: libjpeg keeps the coefficients of all pictures that have several scans.
struct JpegSurvey {
  uint64_t bytes = 0;
  uint64_t pixels = 0;
  /// 8 × 8 blocks of all components, including those that fill up the last MCUs.
  uint64_t blocks = 0;
  /// The work for all scans and segments.
  uint64_t work = 0;
  /// The most bytes in use at a time, including the decoded picture.
  uint64_t memory = 0;

  bool IsWithinBounds() const noexcept;
};

/// Nothing if it is not a JPEG, or not of a supported kind: baseline, extended and progressive,
/// Huffman-coded. (Arithmetic decoding continues without data for as long as there are blocks.)
std::optional<JpegSurvey> SurveyJpeg(const ByteSpan& bytes);

}  // namespace wasmedge_embed
