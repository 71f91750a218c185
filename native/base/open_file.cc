#include "base/open_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace wasmedge_embed {

OpenFile::OpenFile(const std::string& path)
    : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (descriptor_ >= 0) return;
  throw Error(ErrorCode::kModuleLoad, path + " cannot be read: " + std::strerror(errno));
}

OpenFile::~OpenFile() { close(descriptor_); }

std::string OpenFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

}  // namespace wasmedge_embed
