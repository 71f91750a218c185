#include "base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

// More than a module or a model can have.
constexpr off_t kMostBytes = off_t{4} << 30;

}  // namespace

std::vector<uint8_t> ReadFile(const std::string& path) {
  const auto fail = [&path] {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": " + std::strerror(errno) + ".");
  };
  const auto too_large = [&path] {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": it is larger than 4 GiB.");
  };
  // Without waiting: opening a pipe waits for a writer otherwise.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail();
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fdopen(descriptor, "rb"), &std::fclose);
  if (!file) {
    const int reason = errno;
    close(descriptor);
    errno = reason;
    fail();
  }
  // Of what was opened, whatever has the name by now. A device may never end.
  struct stat status{};
  if (fstat(descriptor, &status) != 0) fail();
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": it is not a regular file.");
  }
  // A file with holes takes no room on the disk, but would take all memory.
  if (status.st_size > kMostBytes) too_large();
  // One more than it has, so that its end is met without growing.
  std::vector<uint8_t> bytes(static_cast<size_t>(status.st_size) + 1);
  size_t filled = 0;
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.size() * 2);
    const size_t got = std::fread(bytes.data() + filled, 1, bytes.size() - filled, file.get());
    filled += got;
    if (filled > static_cast<size_t>(kMostBytes)) too_large();
    if (got != 0) continue;
    if (std::ferror(file.get()) != 0) fail();
    break;
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace wasmedge_embed
