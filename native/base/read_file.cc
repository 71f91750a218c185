#include "base/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

// More than a module can have.
constexpr uint64_t kMostBytes = uint64_t{4} << 30;

std::string SizeText(uint64_t bytes) {
  constexpr uint64_t kGibibyte = uint64_t{1} << 30;
  return bytes % kGibibyte == 0 ? std::to_string(bytes / kGibibyte) + " GiB"
                                : std::to_string(bytes) + " bytes";
}

/// Calls `grow` with the number of bytes that it is to make room for, those that are there already
/// included, and tells how many there are in the end.
template <typename Grow>
size_t Read(const std::string& path, uint64_t most_bytes, const Grow& grow) {
  const auto fail = [&path] {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": " + std::strerror(errno) + ".");
  };
  const auto too_large = [&path, most_bytes] {
    throw Error(ErrorCode::kModuleLoad,
                "Cannot read " + path + ": it is larger than " + SizeText(most_bytes) + ".");
  };
  // Non-blocking: otherwise opening a pipe would wait for a writer.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) fail();
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fdopen(descriptor, "rb"), &std::fclose);
  if (!file) {
    const int reason = errno;
    close(descriptor);
    errno = reason;
    fail();
  }
  // Of the open file, whatever has its name by now. Reading a device might never end.
  struct stat status{};
  if (fstat(descriptor, &status) != 0) fail();
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kModuleLoad, "Cannot read " + path + ": it is not a regular file.");
  }
  // A sparse file takes no space on disk but would take all memory.
  if (static_cast<uint64_t>(status.st_size) > most_bytes) too_large();
  // One byte more than the file has, so that its end is reached without growing the buffer.
  size_t room = static_cast<size_t>(status.st_size) + 1;
  uint8_t* bytes = grow(room);
  size_t filled = 0;
  while (true) {
    if (filled == room) bytes = grow(room *= 2);
    const size_t got = std::fread(bytes + filled, 1, room - filled, file.get());
    filled += got;
    if (filled > most_bytes) too_large();
    if (got != 0) continue;
    if (std::ferror(file.get()) != 0) fail();
    return filled;
  }
}

}  // namespace

std::vector<uint8_t> ReadFile(const std::string& path) {
  std::vector<uint8_t> bytes;
  const size_t size = Read(path, kMostBytes, [&bytes](size_t room) {
    bytes.resize(room);
    return bytes.data();
  });
  bytes.resize(size);
  return bytes;
}

PageBuffer ReadFileIntoPages(const std::string& path, uint64_t most_bytes) {
  PageBuffer bytes;
  const size_t size = Read(path, most_bytes, [&bytes](size_t room) {
    PageBuffer grown(room);
    if (!bytes.empty()) std::memcpy(grown.data(), bytes.data(), bytes.size());
    bytes = std::move(grown);
    return bytes.data();
  });
  bytes.Truncate(size);
  return bytes;
}

}  // namespace wasmedge_embed
