#include "engine/host_modules.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"
#include "engine/foreign_imports.h"
#include "host/assembly_script.h"
#include "host/image.h"
#include "host/tensorflow.h"
#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "wasi/wasi_module.h"

namespace wasmedge_embed {
namespace {

/// The signature of the host's function with this name, in letters; null if there is none.
template <typename State>
const char* FindFunction(const HostModule<State>& host, const ExternalDescription& import) {
  if (*import.module != host.name) return nullptr;
  const char* first = nullptr;
  for (const HostFunction<State>& function : host.functions) {
    if (import.name != function.name) continue;
    if (import.signature && ParseSignature(function.signature) == *import.signature) {
      return function.signature;
    }
    if (first == nullptr) first = function.signature;
  }
  return first;
}

const char* FindFunction(const ExternalDescription& import, const OptionalHostModules& modules) {
  if (const char* found = FindFunction(WasiModule(), import)) return found;
  if (const char* found = FindFunction(WasiNnModule(), import)) return found;
  if (const char* found = FindFunction(TensorFlowLiteModule(), import)) return found;
  if (const char* found = FindFunction(TensorFlowModule(), import)) return found;
  return modules.image ? FindFunction(ImageModule(), import) : nullptr;
}

bool IsHostModule(const std::string& name) {
  for (const char* each : {WasiModule().name, WasiNnModule().name, TensorFlowLiteModule().name,
                           TensorFlowModule().name, ImageModule().name}) {
    if (name == each) return true;
  }
  return false;
}

bool IsEmbedders(const ExternalDescription& import, const EmbedderFunctions& functions) {
  const auto found = functions.find(*import.module);
  return found != functions.end() && found->second.count(import.name) != 0;
}

/// What provides the import if AssemblyScript's compiler generated it; null otherwise.
const HostFunction<AssemblyScriptState>* FindStandard(const ExternalDescription& import) {
  if (*import.module != AssemblyScriptModule().name) return nullptr;
  for (const HostFunction<AssemblyScriptState>& function : AssemblyScriptModule().functions) {
    if (import.name == function.name && ParseSignature(function.signature) == *import.signature) {
      return &function;
    }
  }
  return nullptr;
}

bool HasOnlyNumbers(const Signature& signature) {
  const auto all = [](const std::vector<ValueKind>& kinds) {
    return std::all_of(kinds.begin(), kinds.end(), IsNumber);
  };
  return all(signature.params) && all(signature.results);
}

/// Links a module's imports one by one.
class Linking {
 public:
  Linking(const Module& module, const HostOffer& offer) : module_(module), offer_(offer) {}

  /// What is wrong with an import; empty if nothing is.
  std::string Link(uint32_t index) {
    const ExternalDescription& import = module_.imports()[index];
    const std::string name = *import.module + "." + import.name;
    if (!import.signature) {
      return name + ": a " + import.kind + " (the host offers functions only)";
    }
    const Signature& signature = *import.signature;
    const std::string typed = name + " " + signature.ToString();
    if (const char* letters = FindFunction(import, offer_.modules)) {
      const Signature offered = ParseSignature(letters);
      if (offered == signature) return {};
      return typed + " (the host's has the type " + offered.ToString() + ")";
    }
    const bool is_embedders = IsEmbedders(import, offer_.functions);
    const HostFunction<AssemblyScriptState>* const standard =
        is_embedders ? nullptr : FindStandard(import);
    if (!is_embedders && standard == nullptr) return typed;
    if (!HasOnlyNumbers(signature)) return typed + " (host functions support only numbers)";
    // WasmEdge allows one function per name, with one type.
    const auto [place, is_new] =
        signatures_.emplace(std::make_pair(*import.module, import.name), &signature);
    if (is_new) {
      functions_.push_back({index, standard});
    } else if (!(*place->second == signature)) {
      return typed + " (it is imported as " + place->second->ToString() + " as well)";
    }
    return {};
  }

  std::vector<ImportedFunction> TakeFunctions() { return std::move(functions_); }

 private:
  const Module& module_;
  const HostOffer& offer_;
  std::map<std::pair<std::string, std::string>, const Signature*> signatures_;
  std::vector<ImportedFunction> functions_;
};

/// What the host offers, for error messages.
std::string OfferInWords(const OptionalHostModules& modules, bool image_would_serve) {
  std::string offer = std::string("The host offers ") + WasiModule().name + ", " +
                      WasiNnModule().name + " and " + TensorFlowLiteModule().name + ".";
  if (modules.image) offer += std::string(" It also offers ") + ImageModule().name + ".";
  if (!modules.image && image_would_serve) {
    offer += std::string(" It offers ") + ImageModule().name +
             ", which decodes pictures outside the sandbox, with the option hostModules: ['" +
             ImageModule().name + "'].";
  }
  return offer + " The option imports adds functions of your own.";
}

}  // namespace

std::vector<ImportedFunction> LinkImports(const Module& module, const HostOffer& offer) {
  for (const auto& [name, functions] : offer.functions) {
    if (!IsHostModule(name)) continue;
    throw Error(ErrorCode::kInvalidArgument,
                "imports must not contain '" + name + "': that module belongs to the host.");
  }
  // There may be a million of them.
  constexpr size_t kNamed = 30;
  std::string missing;
  size_t count = 0;
  bool image_would_serve = false;
  const char* foreign = nullptr;
  Linking linking(module, offer);
  for (uint32_t index = 0; index < module.imports().size(); ++index) {
    const std::string line = linking.Link(index);
    if (line.empty()) continue;
    if (++count <= kNamed) missing += "\n  " + line;
    if (foreign == nullptr) {
      foreign = ForeignHost(*module.imports()[index].module, module.imports()[index].name);
    }
    if (FindFunction(ImageModule(), module.imports()[index]) != nullptr) image_would_serve = true;
  }
  if (count == 0) return linking.TakeFunctions();
  if (count > kNamed) missing += "\n  and " + std::to_string(count - kNamed) + " more";
  const std::string advice =
      foreign != nullptr ? foreign : OfferInWords(offer.modules, image_would_serve);
  throw Error(ErrorCode::kLink, module.name() + " has imports that the host does not provide (" +
                                    std::to_string(count) + "):" + missing + "\n" + advice);
}

void CheckMemory(const Module& module, uint32_t memory_pages) {
  const std::optional<uint64_t> minimum = module.memory_minimum();
  if (!minimum || *minimum <= memory_pages) return;
  throw Error(ErrorCode::kMemoryLimit,
              module.name() + " declares a memory of at least " + std::to_string(*minimum) +
                  " pages of 64 KiB; the limit is " + std::to_string(memory_pages) +
                  ". Raise limits.memoryPages to allow them.");
}

}  // namespace wasmedge_embed
