#include "base/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace wasmedge_embed {
namespace {

int Create(const char* name) noexcept {
  // MFD_NOEXEC_SEAL, since Linux 6.3. It does not forbid mapping the file as code.
  constexpr unsigned kNotExecutable = 8;
  const int file = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | kNotExecutable);
  if (file >= 0 || errno != EINVAL) return file;
  return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

}  // namespace

MemoryFile::MemoryFile(const char* name) noexcept : descriptor_(Create(name)) {}

MemoryFile::MemoryFile(const char* name, const std::vector<uint8_t>& bytes) noexcept
    : MemoryFile(name) {
  if (descriptor_ >= 0 && !Write(bytes.data(), bytes.size(), 0)) Close();
}

MemoryFile::~MemoryFile() { Close(); }

bool MemoryFile::Resize(uint64_t size) noexcept {
  return ftruncate(descriptor_, static_cast<off_t>(size)) == 0;
}

bool MemoryFile::Write(const void* bytes, size_t size, uint64_t offset) noexcept {
  const auto* begin = static_cast<const uint8_t*>(bytes);
  for (size_t done = 0; done < size;) {
    const ssize_t written =
        pwrite(descriptor_, begin + done, size - done, static_cast<off_t>(offset + done));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

bool MemoryFile::Seal() noexcept {
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  return fcntl(descriptor_, F_ADD_SEALS, kSeals) == 0;
}

int MemoryFile::Release() noexcept { return std::exchange(descriptor_, -1); }

void MemoryFile::Close() noexcept {
  if (descriptor_ < 0) return;
  const int reason = errno;
  close(Release());
  errno = reason;
}

}  // namespace wasmedge_embed
