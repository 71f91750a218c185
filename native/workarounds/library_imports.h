#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmedge_embed {

/// What a shared library needs from another one.
struct LibraryImports {
  struct Symbol {
    std::string name;
    /// An index into the versions below.
    size_t version;
  };

  /// The other library's SONAME, as in DT_NEEDED.
  std::string library;
  /// The required symbol versions.
  std::vector<std::string> versions;
  std::vector<Symbol> symbols;
};

/// Reads from a shared library's file what it imports from the library whose name has this prefix,
/// by its symbol versions (Linux Standard Base, "Symbol Versioning"). Nothing if it needs none with
/// this name, if symbols have no version, or if the file cannot be read: then the dynamic linker
/// reports what is wrong with it.
std::optional<LibraryImports> ReadImports(const std::string& path, std::string_view library);

}  // namespace wasmedge_embed
