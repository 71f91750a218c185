#include "engine/module_source.h"

#include <filesystem>

#include "base/error.h"
#include "base/read_file.h"
#include "binary/compiled_elf.h"
#include "binary/compiled_section.h"
#include "engine/wasmedge_api.h"
#include "workarounds/unwinding_tables.h"

namespace wasmedge_embed {

std::shared_ptr<const ModuleSource> ModuleSource::Read(const std::string& path,
                                                       const SourceOptions& options) {
  const wasmedge::Api& api = wasmedge::Api::Get();
  const auto source = std::make_shared<ModuleSource>(Private{});
  // Absolute: the system's loader looks a name without a slash up in its own folders.
  source->path_ = std::filesystem::absolute(path).lexically_normal().string();
  source->name_ = options.name.empty() ? path : options.name;
  std::vector<uint8_t>& bytes = source->bytes_;
  bytes = ReadFile(source->path_);
  if (options.only_wasm) {
    if (LooksLikeElf(bytes)) {
      throw Error(ErrorCode::kModuleInvalid,
                  source->name_ +
                      " is a shared object: native code, whatever its name. With trusted: false or "
                      "aot: 'off' only WebAssembly is taken. Give the .wasm that it was compiled "
                      "from, or, where its maker is trusted, load it without these options.");
    }
    DropCompiledSections(bytes);
  }
  source->facts_ = CheckModuleFile({api.aot_binary_version(), api.version()}, source->name_, bytes);
  ForgetUnwindingTables(bytes, source->facts_.unwinding);
  return source;
}

}  // namespace wasmedge_embed
