#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// The sum, or the largest number if it is larger.
constexpr uint64_t AddClamped(uint64_t left, uint64_t right) noexcept {
  return left > UINT64_MAX - right ? UINT64_MAX : left + right;
}

}  // namespace wasmedge_embed
