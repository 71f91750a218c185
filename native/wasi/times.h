#pragma once

#include <cstdint>
#include <ctime>

#include "wasi/abi.h"
#include "wasi/directory.h"

namespace wasmedge_embed::wasi {

inline uint64_t Nanoseconds(const timespec& time) noexcept {
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

/// The times that `flags`, which must be valid, request.
inline NewTimes NewTimesOf(uint64_t access_time, uint64_t modification_time,
                           uint32_t flags) noexcept {
  const auto time = [flags](uint32_t given, uint32_t now, uint64_t nanoseconds) {
    if ((flags & now) != 0) return NewTime{NewTime::Kind::kNow, 0};
    if ((flags & given) != 0) return NewTime{NewTime::Kind::kGiven, nanoseconds};
    return NewTime{};
  };
  return {time(fstflags::kAtim, fstflags::kAtimNow, access_time),
          time(fstflags::kMtim, fstflags::kMtimNow, modification_time)};
}

}  // namespace wasmedge_embed::wasi
