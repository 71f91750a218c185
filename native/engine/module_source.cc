#include "engine/module_source.h"

#include <filesystem>
#include <utility>

#include "base/error.h"
#include "base/read_file.h"
#include "binary/compiled_elf.h"
#include "binary/compiled_section.h"
#include "engine/wasmedge_api.h"
#include "workarounds/unwinding_tables.h"

namespace wasmedge_embed {

std::shared_ptr<const ModuleSource> ModuleSource::Read(const std::string& path,
                                                       const SourceOptions& options) {
  // Without the library there is no need to read anything.
  wasmedge::Api::Get();
  // Absolute: the system's loader looks for a name without a slash in its own folders.
  std::string absolute = std::filesystem::absolute(path).lexically_normal().string();
  std::vector<uint8_t> bytes = ReadFile(absolute);
  return Make(std::move(absolute), options.name.empty() ? path : options.name, std::move(bytes),
              options.only_wasm);
}

std::shared_ptr<const ModuleSource> ModuleSource::FromBytes(std::vector<uint8_t> bytes,
                                                            const SourceOptions& options) {
  return Make({}, options.name, std::move(bytes), options.only_wasm);
}

std::shared_ptr<const ModuleSource> ModuleSource::Make(std::string path, std::string name,
                                                       std::vector<uint8_t> given, bool only_wasm) {
  const wasmedge::Api& api = wasmedge::Api::Get();
  const auto source = std::make_shared<ModuleSource>(Private{});
  source->path_ = std::move(path);
  source->name_ = std::move(name);
  std::vector<uint8_t>& bytes = source->bytes_;
  bytes = std::move(given);
  if (only_wasm) {
    if (LooksLikeElf(bytes)) {
      throw Error(
          ErrorCode::kModuleInvalid,
          source->name_ + " is a shared object: native code, whatever its name. " +
              (source->path_.empty()
                   ? "Bytes must be WebAssembly. Use the bytes of the .wasm that it "
                     "was "
                     "compiled from, or, if you trust its origin, the path of its file."
                   : "With trusted: false or aot: 'off', only WebAssembly is accepted. Use the "
                     ".wasm "
                     "that it was compiled from, or, if you trust its origin, load it without "
                     "these options."));
    }
    DropCompiledSections(bytes);
  }
  source->facts_ = CheckModuleFile({api.aot_binary_version(), api.version()}, source->name_, bytes);
  ForgetUnwindingTables(bytes, source->facts_.unwinding);
  return source;
}

}  // namespace wasmedge_embed
