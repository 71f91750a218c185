#pragma once

#include <string>

namespace wasmedge_embed {

/// A file that is held open, so that it can be opened again whatever happens to its path.
class OpenFile {
 public:
  /// Throws `Error(kModuleLoad)`.
  explicit OpenFile(const std::string& path);
  ~OpenFile();
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// A path that leads to it for as long as it is held.
  std::string path() const;

 private:
  const int descriptor_;
};

}  // namespace wasmedge_embed
