#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace wasmedge_embed::wasi {

/// A pattern for absolute paths: '*' matches any characters within a component, '?' one character
/// (one byte), and "**" as a whole component any number of components, including none. Everything
/// else matches itself.
class PathPattern {
 public:
  explicit PathPattern(std::string_view pattern);

  /// Takes time proportional to the product of the component counts of pattern and path.
  bool Matches(std::string_view path) const;

 private:
  std::vector<std::string> names_;
};

}  // namespace wasmedge_embed::wasi
