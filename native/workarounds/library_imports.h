#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wasmedge_embed {

/// What a shared library needs of another one.
struct LibraryImports {
  struct Symbol {
    std::string name;
    /// Of the versions below, by its place.
    size_t version;
  };

  /// The other library's SONAME, as DT_NEEDED has it.
  std::string library;
  /// The symbol versions that are asked for.
  std::vector<std::string> versions;
  std::vector<Symbol> symbols;
};

/// Reads from a shared library's file what it imports from the library whose name begins so, by its
/// symbol versions (Linux Standard Base, "Symbol Versioning"). Nothing when it needs none of that
/// name, when symbols have no version, or when the file cannot be read: the dynamic linker then
/// says what is wrong with it.
std::optional<LibraryImports> ReadImports(const std::string& path, std::string_view library);

}  // namespace wasmedge_embed
