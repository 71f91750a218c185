#pragma once

#include <cstdint>
#include <optional>

#include "base/guest_memory.h"

namespace wasmedge_embed {

/// What decoding a JPEG will take, told from its markers before any of it is decoded. The bounds
/// are those of the guests' decoder (wasm/jpeg/src/survey.rs, which says why),
/// but for memory: libjpeg keeps the coefficients of all pictures that have several scans.
struct JpegSurvey {
  uint64_t bytes = 0;
  uint64_t pixels = 0;
  /// Blocks of 8 × 8 of all components, with those that fill up the last MCUs.
  uint64_t blocks = 0;
  /// What all scans and segments are together.
  uint64_t work = 0;
  /// Bytes that are kept at a time, the decoded picture included.
  uint64_t memory = 0;

  bool IsWithinBounds() const noexcept;
};

/// Nothing for what is no JPEG, or not of the kinds that are decoded: baseline, extended and
/// progressive, Huffman-coded. (Arithmetic coding goes on without data, for as long as there are
/// blocks.)
std::optional<JpegSurvey> SurveyJpeg(const ByteSpan& bytes);

}  // namespace wasmedge_embed
