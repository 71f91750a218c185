#include "image/decoder_library.h"

#include <dlfcn.h>

#include <utility>

#include "base/error.h"

namespace wasmedge_embed {

DecoderLibrary::DecoderLibrary(std::string file, std::string remedy)
    : file_(std::move(file)),
      remedy_(std::move(remedy)),
      handle_(dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
  if (handle_ != nullptr) return;
  const char* reason = dlerror();
  throw Error(ErrorCode::kNativeLoad, "wasmedge_image cannot open its decoder: " +
                                          std::string(reason != nullptr ? reason : file_) + ". " +
                                          remedy_);
}

void* DecoderLibrary::Symbol(const char* name) const {
  void* symbol = dlsym(handle_, name);
  if (symbol == nullptr) {
    throw Error(ErrorCode::kNativeLoad, "wasmedge_image cannot use its decoder: " + file_ +
                                            " has no function " + name + ". " + remedy_);
  }
  return symbol;
}

}  // namespace wasmedge_embed
