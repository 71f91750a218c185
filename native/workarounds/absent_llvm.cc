#include "workarounds/absent_llvm.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <vector>

#include "workarounds/library_imports.h"
#include "workarounds/stand_in_library.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {
namespace {

constexpr char kPrefix[] = "libLLVM";
constexpr char kVariable[] = "WASMEDGE_EMBED_LLVM";

/// The only function of the stand-in for LLVM.
extern "C" uintptr_t ReturnZero() { return 0; }

bool IsAskedFor() {
  const char* setting = std::getenv(kVariable);
  return setting != nullptr && std::strcmp(setting, "load") == 0;
}

bool WriteAll(int file, const std::vector<uint8_t>& bytes) {
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t written = write(file, bytes.data() + done, bytes.size() - done);
    if (written <= 0) return false;
    done += static_cast<size_t>(written);
  }
  return true;
}

void* OpenFromMemory(const std::vector<uint8_t>& bytes) {
  const int file = memfd_create("absent-libLLVM", MFD_CLOEXEC);
  if (file < 0) return nullptr;
  void* library = nullptr;
  if (WriteAll(file, bytes)) {
    // A spelling that nobody else uses: the dynamic linker identifies opened libraries by these
    // words, even when the descriptor belongs to another file.
    const std::string path = "/proc/self/fd/./" + std::to_string(file);
    library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  }
  close(file);
  return library;
}

bool IsLoaded(const std::string& name) {
  void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library != nullptr) dlclose(library);
  return library != nullptr;
}

}  // namespace

AbsentLlvm::AbsentLlvm(const std::string& path) {
  if (IsAskedFor() || !IsInForce(Workaround::kAbsentLlvm)) return;
  const auto imports = ReadImports(path, kPrefix);
  if (!imports || IsLoaded(imports->library)) return;
  library_.reset(
      OpenFromMemory(MakeStandInLibrary(*imports, reinterpret_cast<const void*>(&ReturnZero))));
}

void AbsentLlvm::Close::operator()(void* library) const noexcept { dlclose(library); }

}  // namespace wasmedge_embed
