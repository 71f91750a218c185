#include "wasi/path_pattern.h"

#include <cstddef>

#include "wasi/path.h"

namespace wasmedge_embed::wasi {

namespace {

/// Only for the last '*' does another length have to be tried: a longer match of an earlier one
/// could not make more of the rest match.
template <typename Sequence, typename IsAny, typename Fits>
bool MatchesWildcards(const Sequence& pattern, size_t pattern_size, size_t size, IsAny is_any,
                      Fits fits) {
  constexpr auto kNone = static_cast<size_t>(-1);
  size_t p = 0;
  size_t last_any = kNone;
  size_t last_start = 0;
  for (size_t i = 0; i < size;) {
    if (p < pattern_size && is_any(pattern[p])) {
      last_any = p++;
      last_start = i;
    } else if (p < pattern_size && fits(pattern[p], i)) {
      ++p;
      ++i;
    } else if (last_any != kNone) {
      p = last_any + 1;
      i = ++last_start;
    } else {
      return false;
    }
  }
  while (p < pattern_size && is_any(pattern[p])) ++p;
  return p == pattern_size;
}

bool NameMatches(std::string_view pattern, std::string_view name) {
  return MatchesWildcards(
      pattern, pattern.size(), name.size(), [](char each) { return each == '*'; },
      [name](char each, size_t i) { return each == '?' || each == name[i]; });
}

std::vector<std::string_view> NamesOf(std::string_view path) {
  std::vector<std::string_view> names;
  for (std::string_view name = TakeName(&path); !name.empty(); name = TakeName(&path)) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

PathPattern::PathPattern(std::string_view pattern) {
  for (const std::string_view name : NamesOf(pattern)) names_.emplace_back(name);
}

bool PathPattern::Matches(std::string_view path) const {
  const std::vector<std::string_view> names = NamesOf(path);
  return MatchesWildcards(
      names_, names_.size(), names.size(), [](const std::string& each) { return each == "**"; },
      [&names](const std::string& each, size_t i) { return NameMatches(each, names[i]); });
}

}  // namespace wasmedge_embed::wasi
