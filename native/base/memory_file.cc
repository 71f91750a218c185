#include "base/memory_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace wasmedge_embed {
namespace {

bool WriteAll(int file, const std::vector<uint8_t>& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

}  // namespace

MemoryFile::MemoryFile(const char* name, const std::vector<uint8_t>& bytes)
    : descriptor_(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (descriptor_ < 0 || WriteAll(descriptor_, bytes)) return;
  close(descriptor_);
  descriptor_ = -1;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

bool MemoryFile::Seal() const noexcept {
  constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;
  return fcntl(descriptor_, F_ADD_SEALS, kSeals) == 0;
}

}  // namespace wasmedge_embed
