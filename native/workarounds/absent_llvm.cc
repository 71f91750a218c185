#include "workarounds/absent_llvm.h"

#include <dlfcn.h>
#include <link.h>

#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

#include "workarounds/library_imports.h"
#include "workarounds/stand_in_library.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {
namespace {

constexpr char kPrefix[] = "libLLVM";
constexpr char kFileName[] = "absent-libLLVM";
constexpr char kVariable[] = "WASMEDGE_EMBED_LLVM";

/// The only function of the stand-in for LLVM in this process.
extern "C" uintptr_t ReturnZero() { return 0; }

bool IsAskedFor() {
  const char* setting = std::getenv(kVariable);
  return setting != nullptr && std::strcmp(setting, "load") == 0;
}

void* OpenFromMemory(const std::vector<uint8_t>& bytes) {
  const MemoryFile file(kFileName, bytes);
  if (file.descriptor() < 0) return nullptr;
  // A spelling that nobody else uses: the dynamic linker identifies opened libraries by these
  // words, even when the descriptor belongs to another file.
  const std::string path = "/proc/self/fd/./" + std::to_string(file.descriptor());
  return dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
}

bool IsLoaded(const std::string& name) {
  void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library != nullptr) dlclose(library);
  return library != nullptr;
}

bool IsSameFile(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino && one.st_size == other.st_size &&
         one.st_mtim.tv_sec == other.st_mtim.tv_sec && one.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

int FindLlvm(dl_phdr_info* info, size_t, void*) {
  const std::string_view path = info->dlpi_name;
  return path.substr(path.rfind('/') + 1).rfind(kPrefix, 0) == 0 ? 1 : 0;
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

AbsentLlvmFile::AbsentLlvmFile(const std::string& path) : path_(path) {
  if (!IsInForce(Workaround::kAbsentLlvm) || stat(path.c_str(), &library_) != 0) return;
  const auto imports = ReadImports(path, kPrefix);
  if (!imports) return;
  auto file = std::make_unique<MemoryFile>(kFileName, MakeStandInLibrary(*imports));
  if (file->descriptor() >= 0 && file->Seal()) file_ = std::move(file);
}

std::optional<int> AbsentLlvmFile::descriptor() const noexcept {
  struct stat now{};
  if (!file_ || stat(path_.c_str(), &now) != 0 || !IsSameFile(now, library_)) return std::nullopt;
  return file_->descriptor();
}

bool IsLlvmLoaded() noexcept { return dl_iterate_phdr(&FindLlvm, nullptr) != 0; }

}  // namespace wasmedge_embed
