#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wasmedge_embed::wasi {

/// A pattern of absolute paths: '*' stands for any characters of one name, '?' for one character
/// of it (one byte), "**" as a whole name for any number of names, none included. All else stands
/// for itself.
class PathPattern {
 public:
  explicit PathPattern(std::string_view pattern);

  /// Takes at most the number of names of the pattern times that of the path.
  bool Matches(std::string_view path) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace wasmedge_embed::wasi
