#include "engine/module.h"

#include <sys/stat.h>

#include "base/error.h"
#include "binary/wasm_code.h"
#include "binary/wasm_outline.h"
#include "engine/guest_code.h"
#include "workarounds/code_mapping.h"
#include "workarounds/embedded_binary.h"
#include "workarounds/table_limits.h"

namespace wasmedge_embed {
namespace {

const char* ExternalKindName(int type) {
  switch (static_cast<wasmedge::ExternalType>(type)) {
    case wasmedge::ExternalType::kFunction:
      return "function";
    case wasmedge::ExternalType::kTable:
      return "table";
    case wasmedge::ExternalType::kMemory:
      return "memory";
    case wasmedge::ExternalType::kGlobal:
      return "global";
    case wasmedge::ExternalType::kTag:
      return "tag";
  }
  return "unknown";
}

/// The most memory for an instance that waits for its invocation. Each thread of a module has one.
constexpr uint64_t kMostBytesAhead = uint64_t{4} << 20;

/// The path to give to the system's loader. The loader takes a path that is already open for the
/// same library without looking at the file, so a module replaced under its name while the old one
/// is loaded would run the old code; so would another file that by then has the same descriptor
/// name (`/proc/self/fd/20`). Redundant slashes and dots encode the file's inode and device number,
/// so that another file has another path.
std::string LoaderPath(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return path;
  std::string prefix = "/";
  // Each with a fixed length: otherwise two pairs of numbers could be encoded alike.
  for (const uint64_t number : {uint64_t{status.st_ino}, uint64_t{status.st_dev}}) {
    for (unsigned bit = 0; bit < 64; ++bit) prefix += (number >> bit & 1) != 0 ? "./" : "/";
  }
  return prefix + path.substr(1);
}

}  // namespace

std::shared_ptr<const Module> Module::Load(const ModuleSource& source,
                                           const ModuleOptions& options) {
  const auto module = std::make_shared<Module>(Private{}, wasmedge::Api::Get(), source, options);
  const WasmBytes binary = source.facts().binary;
  // When a shared object is only inspected, the module it was compiled from is parsed as a whole.
  if (options.describe && source.facts().form == ModuleForm::kSharedLibrary) {
    module->uses_tail_calls_ =
        CheckCode(ReadWasmOutline(binary, source.name()), CodeReading::kBodies, source.name())
            .makes_tail_calls;
  }
  const auto limited = LimitTables(binary, options.table_elements, source.name());
  module->Rewrite(limited ? WasmBytes{limited->data(), limited->size()} : binary);
  module->ListExternals();
  return module;
}

Module::Module(Private, const wasmedge::Api& api, const ModuleSource& source,
               const ModuleOptions& options)
    : api_(api),
      path_(source.path()),
      name_(source.name()),
      options_(options),
      size_(source.bytes().size()),
      form_(source.facts().form),
      memory_minimum_(source.facts().memory_minimum),
      can_be_renewed_(!source.facts().has_start &&
                      source.facts().instance_bytes <= kMostBytesAhead),
      // An interpreted instance has its own copy of all instructions.
      can_be_made_ahead_(can_be_renewed_ && opens_code()),
      // Compiled code may make them.
      uses_tail_calls_(!opens_code() && source.facts().makes_tail_calls) {
  if (options.exports_state && opens_library()) file_.emplace(path_);
}

std::string Module::PathNow() const {
  const bool is_kept = options_.other && options_.other->file_ && options_.other->path_ == path_;
  return is_kept ? options_.other->file_->path() : path_;
}

void Module::Rewrite(WasmBytes binary) {
  std::vector<uint8_t> rewritten;
  if (const Snapshot* const snapshot = this->snapshot()) {
    rewritten = BeginWithState(binary, snapshot->state(), name_);
    memory_minimum_ = snapshot->state().memory_pages;
  } else if (options_.exports_state && ImportsFunctionsOnly(binary, name_)) {
    rewritten = ExportState(binary, name_, true, &state_exports_.emplace());
  } else if (can_be_renewed_ && !options_.describe && ImportsFunctionsOnly(binary, name_)) {
    rewritten = ExportState(binary, name_, false, &renewal_exports_.emplace());
  } else {
    // With other imports, linking will fail and name them.
    return Parse(binary);
  }
  Parse({rewritten.data(), rewritten.size()});
  // No longer needed.
  options_.other = nullptr;
}

ConfigureHandle Module::MakeConfigure() const {
  ConfigureHandle configure = Own<ConfigureHandle>(api_, api_.ConfigureCreate());
  api_.RestrictFeatures(configure.get());
  if (opens_code()) {
    api_.EnableAot(configure.get());
  } else {
    api_.ConfigureSetForceInterpreter(configure.get(), true);
    // A module that makes them can be inspected and compiled, but not run (`CheckRunnable`).
    if (!uses_tail_calls_) api_.RemoveTailCalls(configure.get());
  }
  return configure;
}

wasmedge::Result Module::ParseWith(const ConfigureHandle& configure, WasmBytes binary) {
  const LoaderHandle loader = Own<LoaderHandle>(api_, api_.LoaderCreate(configure.get()));
  wasmedge::AstModuleContext* ast = nullptr;
  wasmedge::Result result{};
  if (opens_library()) {
    const EmbeddedBinary::Scope replacement(binary);
    const std::string path = LoaderPath(PathNow());
    result = api_.LoaderParseFromFile(loader.get(), &ast, path.c_str());
    if (api_.ResultOK(result)) code_ = CompiledCode::OfLibrary(path);
  } else {
    const CodeMapping::Scope mapping;
    result = api_.LoaderParseFromBytes(loader.get(), &ast,
                                       {static_cast<uint32_t>(binary.size), binary.data});
    if (opens_code() && api_.ResultOK(result)) {
      code_ = CompiledCode::OfUniversal(binary, mapping.text());
    }
  }
  if (api_.ResultOK(result)) ast_ = Own<AstModuleHandle>(api_, ast);
  return result;
}

void Module::Parse(WasmBytes binary) {
  const auto require = [this](wasmedge::Result result, const char* step) {
    if (api_.ResultOK(result)) return;
    throw Error(ErrorCode::kModuleInvalid, name() + " " + step + ": " +
                                               api_.ResultGetMessage(result) + " (WasmEdge " +
                                               api_.version() + ").");
  };

  if (binary.size > UINT32_MAX) {
    throw Error(ErrorCode::kModuleInvalid, name() + " is larger than 4 GiB.");
  }
  const ConfigureHandle configure = MakeConfigure();
  require(ParseWith(configure, binary), opens_library() ? "cannot be loaded" : "cannot be parsed");
  if (opens_code()) ForgetUnloadedCode();

  const ValidatorHandle validator =
      Own<ValidatorHandle>(api_, api_.ValidatorCreate(configure.get()));
  require(api_.ValidatorValidate(validator.get(), ast_.get()), "is not valid");
}

void Module::ListExternals() {
  std::vector<const wasmedge::ImportTypeContext*> imports(
      api_.ASTModuleListImportsLength(ast_.get()));
  api_.ASTModuleListImports(ast_.get(), imports.data(), static_cast<uint32_t>(imports.size()));
  for (const wasmedge::ImportTypeContext* import : imports) {
    ExternalDescription description;
    description.module = wasmedge::ToStdString(api_.ImportTypeGetModuleName(import));
    description.name = wasmedge::ToStdString(api_.ImportTypeGetExternalName(import));
    description.kind = ExternalKindName(api_.ImportTypeGetExternalType(import));
    if (const auto* type = api_.ImportTypeGetFunctionType(ast_.get(), import); type != nullptr) {
      description.signature = ReadSignature(api_, type);
    }
    imports_.push_back(std::move(description));
  }

  std::vector<const wasmedge::ExportTypeContext*> exports(
      api_.ASTModuleListExportsLength(ast_.get()));
  api_.ASTModuleListExports(ast_.get(), exports.data(), static_cast<uint32_t>(exports.size()));
  // Its own come first.
  if (state_exports_) exports.resize(state_exports_->outline.exports);
  if (renewal_exports_) exports.resize(renewal_exports_->outline.exports);
  for (const wasmedge::ExportTypeContext* exported : exports) {
    ExternalDescription description;
    description.name = wasmedge::ToStdString(api_.ExportTypeGetExternalName(exported));
    description.kind = ExternalKindName(api_.ExportTypeGetExternalType(exported));
    if (const auto* type = api_.ExportTypeGetFunctionType(ast_.get(), exported); type != nullptr) {
      description.signature = ReadSignature(api_, type);
    }
    if (const auto* type = api_.ExportTypeGetGlobalType(ast_.get(), exported); type != nullptr) {
      description.global = {ReadValueKind(api_, api_.GlobalTypeGetValType(type)),
                            api_.GlobalTypeGetMutability(type) == wasmedge::kMutable};
    }
    exports_.push_back(std::move(description));
  }
}

const Signature* Module::FindExportedFunction(const std::string& name) const noexcept {
  for (const ExternalDescription& each : exports_) {
    if (each.signature && each.name == name) return &*each.signature;
  }
  return nullptr;
}

const GlobalType& Module::RequireExportedGlobal(const std::string& name) const {
  for (const ExternalDescription& each : exports_) {
    if (each.global && each.name == name) return *each.global;
  }
  throw Error(ErrorCode::kInvalidArgument, "The module exports no global " + name + ".");
}

}  // namespace wasmedge_embed
