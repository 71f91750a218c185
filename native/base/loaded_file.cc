#include "base/loaded_file.h"

#include <dlfcn.h>

namespace wasmedge_embed {

std::string LoadedFileAt(const void* address) {
  Dl_info info{};
  return dladdr(address, &info) != 0 && info.dli_fname != nullptr ? info.dli_fname : "";
}

std::string OwnFile() { return LoadedFileAt(reinterpret_cast<const void*>(&OwnFile)); }

}  // namespace wasmedge_embed
