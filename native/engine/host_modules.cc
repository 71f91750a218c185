#include "engine/host_modules.h"

#include <optional>

#include "base/error.h"
#include "host/image.h"
#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "wasi/wasi_module.h"

namespace wasmedge_embed {
namespace {

/// The type that the host's function of this name has, as its letters; null when there is none.
template <typename State>
const char* FindFunction(const HostModule<State>& host, const ExternalDescription& import) {
  if (*import.module != host.name) return nullptr;
  for (const HostFunction<State>& function : host.functions) {
    if (import.name == function.name) return function.signature;
  }
  return nullptr;
}

const char* FindFunction(const ExternalDescription& import, const OptionalHostModules& modules) {
  if (const char* found = FindFunction(WasiModule(), import)) return found;
  if (const char* found = FindFunction(WasiNnModule(), import)) return found;
  if (const char* found = FindFunction(TensorFlowLiteModule(), import)) return found;
  return modules.image ? FindFunction(ImageModule(), import) : nullptr;
}

/// What is wrong with an import, or nothing.
std::string Missing(const ExternalDescription& import, const OptionalHostModules& modules) {
  const std::string name = *import.module + "." + import.name;
  if (!import.signature) return name + ": a " + import.kind + " (the host offers functions only)";
  const std::string type = import.signature->ToString();
  const char* letters = FindFunction(import, modules);
  if (letters == nullptr) return name + " " + type;
  const Signature offered = ParseSignature(letters);
  if (offered == *import.signature) return {};
  return name + " " + type + " (the host's has the type " + offered.ToString() + ")";
}

}  // namespace

void CheckImports(const Module& module, const OptionalHostModules& modules) {
  // A module may have a million of them.
  constexpr size_t kNamed = 30;
  std::string missing;
  size_t count = 0;
  bool image_would_serve = false;
  for (const ExternalDescription& import : module.imports()) {
    const std::string line = Missing(import, modules);
    if (line.empty()) continue;
    if (++count <= kNamed) missing += "\n  " + line;
    if (FindFunction(ImageModule(), import) != nullptr) image_would_serve = true;
  }
  if (count == 0) return;
  if (count > kNamed) missing += "\n  and " + std::to_string(count - kNamed) + " more";
  std::string offer = std::string("The host offers ") + WasiModule().name + ", " +
                      WasiNnModule().name + " and " + TensorFlowLiteModule().name + ".";
  if (modules.image) offer += std::string(" It also offers ") + ImageModule().name + ".";
  if (!modules.image && image_would_serve) {
    offer += std::string(" It offers ") + ImageModule().name +
             ", which decodes pictures outside of the sandbox, with the option hostModules: ['" +
             ImageModule().name + "'].";
  }
  throw Error(ErrorCode::kLink, module.name() + " imports what the host does not offer (" +
                                    std::to_string(count) + "):" + missing + "\n" + offer);
}

void CheckMemory(const Module& module, uint32_t memory_pages) {
  const std::optional<uint64_t> minimum = module.memory_minimum();
  if (!minimum || *minimum <= memory_pages) return;
  throw Error(ErrorCode::kMemoryLimit,
              module.name() + " declares a memory of at least " + std::to_string(*minimum) +
                  " pages of 64 KiB, the limit is " + std::to_string(memory_pages) +
                  ". Raise limits.memoryPages if it may have them.");
}

}  // namespace wasmedge_embed
