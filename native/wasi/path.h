#pragma once

#include <cstddef>
#include <string_view>

#include "wasi/errno.h"

namespace wasmedge_embed::wasi {

/// In bytes, as on Linux, whose PATH_MAX includes the terminating NUL.
inline constexpr size_t kMaxNameLength = 255;
inline constexpr size_t kMaxPathLength = 4095;
/// The number of links that a look-up follows, as on Linux.
inline constexpr int kMaxLinks = 40;

/// Whether `path` can be looked up at all: kNoEnt if it is empty, kNameTooLong, kInval for a NUL
/// byte, kNotCapable for an absolute path.
inline Errno CheckPath(std::string_view path) noexcept {
  if (path.empty()) return Errno::kNoEnt;
  if (path.size() > kMaxPathLength) return Errno::kNameTooLong;
  if (path.find('\0') != std::string_view::npos) return Errno::kInval;
  return path.front() == '/' ? Errno::kNotCapable : Errno::kSuccess;
}

/// Removes the first component from `path`, with the slashes on both sides. Empty if there is none.
inline std::string_view TakeName(std::string_view* path) noexcept {
  const size_t start = path->find_first_not_of('/');
  if (start == std::string_view::npos) {
    *path = {};
    return {};
  }
  const size_t end = path->find('/', start);
  const std::string_view name = path->substr(start, end - start);
  const size_t next = end == std::string_view::npos ? end : path->find_first_not_of('/', end);
  *path = next == std::string_view::npos ? std::string_view{} : path->substr(next);
  return name;
}

inline bool HasTrailingSlash(std::string_view path) noexcept {
  return !path.empty() && path.back() == '/';
}

}  // namespace wasmedge_embed::wasi
