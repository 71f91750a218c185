#include "engine/read_file.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "engine/error.h"

namespace wasmedge_embed {

std::vector<uint8_t> ReadFile(const std::string& path) {
  const auto fail = [&path] {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": " + std::strerror(errno) + ".");
  };
  // Asked before it is opened: opening a pipe waits for a writer, and a device may never end.
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) fail();
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": it is not a regular file.");
  }
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rbe"), &std::fclose);
  if (!file) fail();
  // One more than it has, so that its end is met without growing.
  std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size) + 1);
  size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
    const size_t got = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file.get());
    filled += got;
    if (got != 0) continue;
    if (std::ferror(file.get()) != 0) fail();
    break;
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace wasmedge_embed
