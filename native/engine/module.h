#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/open_file.h"
#include "engine/compiled_code.h"
#include "engine/handle.h"
#include "engine/module_source.h"
#include "engine/signature.h"
#include "engine/snapshot.h"

namespace wasmedge_embed {

/// The functions that WASI gives a meaning: a program's, and a reactor's before any other.
inline constexpr char kStartFunction[] = "_start";
inline constexpr char kInitializeFunction[] = "_initialize";

/// The type of a global.
struct GlobalType {
  ValueKind kind = ValueKind::kOther;
  bool is_mutable = false;

  bool operator==(const GlobalType& other) const noexcept {
    return kind == other.kind && is_mutable == other.is_mutable;
  }
};

/// An import or export of a module.
struct ExternalDescription {
  /// Import module name, which may be empty; absent for an export.
  std::optional<std::string> module;
  std::string name;
  /// "function", "table", "memory", "global" or "tag".
  std::string kind;
  /// The type of a function; absent otherwise.
  std::optional<Signature> signature;
  /// The type of a global that is exported; absent otherwise.
  std::optional<GlobalType> global;

  bool operator==(const ExternalDescription& other) const noexcept {
    return module == other.module && name == other.name && kind == other.kind &&
           signature == other.signature && global == other.global;
  }
};

class Module;

/// How a module is parsed.
struct ModuleOptions {
  /// Elements that its tables may have together.
  uint64_t table_elements = 1'000'000;
  /// It is only to be looked at: its compiled code is not opened, and it cannot be run.
  bool describe = false;
  /// Its instances export their state, for `TakeSnapshot`; what it exports itself is listed alone.
  bool exports_state = false;
  /// What its instances begin with, of another form of the same module; null for none.
  std::shared_ptr<const Snapshot> snapshot;
  /// That other form. Where it exports its state it has kept its file, whose path may lead to
  /// another by now.
  std::shared_ptr<const Module> other;
};

/// A module that was parsed and validated once; immutable, shared by every slot that runs it.
class Module {
  // Only `Load` makes modules.
  struct Private {};

 public:
  /// Parses and validates what was read. Takes milliseconds: not for the main thread. Throws
  /// `Error`: `kModuleInvalid` when it is no module that this library runs, `kLimit` when its
  /// tables are too large.
  static std::shared_ptr<const Module> Load(const ModuleSource& source,
                                            const ModuleOptions& options);
  /// Reads it as well, with the errors of `ModuleSource::Read`.
  static std::shared_ptr<const Module> Load(const std::string& path, const ModuleOptions& options) {
    return Load(*ModuleSource::Read(path, {}), options);
  }

  Module(Private, const wasmedge::Api& api, const ModuleSource& source,
         const ModuleOptions& options);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const wasmedge::Api& api() const noexcept { return api_; }
  /// What messages call it.
  const std::string& name() const noexcept { return name_; }
  ModuleForm form() const noexcept { return form_; }
  /// Pages of 64 KiB that its memories have at least: the most of any. Absent where it has none.
  std::optional<uint64_t> memory_minimum() const noexcept { return memory_minimum_; }
  /// Whether an instance can be made before it is asked for, as making one runs none of its code,
  /// and may be, as one that waits takes little.
  bool can_be_made_ahead() const noexcept { return can_be_made_ahead_; }
  /// Bytes of its file.
  size_t size() const noexcept { return size_; }
  /// Elements that its tables may have together.
  uint64_t table_elements() const noexcept { return options_.table_elements; }
  /// How its instances export their state; null where they do not.
  const StateExports* state_exports() const noexcept {
    return state_exports_ ? &*state_exports_ : nullptr;
  }
  /// How they export what `InstanceRenewal` writes anew; null where they do not.
  const StateExports* renewal_exports() const noexcept {
    return renewal_exports_ ? &*renewal_exports_ : nullptr;
  }
  /// What its instances begin with, after its constructors; null for none.
  const Snapshot* snapshot() const noexcept { return options_.snapshot.get(); }
  /// Whether the guest's code runs compiled.
  bool is_aot() const noexcept { return form() != ModuleForm::kPlain; }
  /// Whether it needs tail calls that it cannot have, since its code is not compiled.
  bool uses_tail_calls() const noexcept { return uses_tail_calls_; }
  const std::vector<ExternalDescription>& imports() const noexcept { return imports_; }
  const std::vector<ExternalDescription>& exports() const noexcept { return exports_; }
  const wasmedge::AstModuleContext* ast() const noexcept { return ast_.get(); }
  /// Where its code is in the process; null where that is not known, or it is interpreted.
  const CompiledCode* compiled_code() const noexcept { return code_ ? &*code_ : nullptr; }

  /// The type of an exported function, or null when there is none of that name.
  const Signature* FindExportedFunction(const std::string& name) const noexcept;

  /// The type of an exported global. Throws `Error(kInvalidArgument)` where there is none.
  const GlobalType& RequireExportedGlobal(const std::string& name) const;

  /// A configuration as this module needs it: for its parsing, validation and execution alike.
  ConfigureHandle MakeConfigure() const;

 private:
  bool opens_code() const noexcept { return is_aot() && !options_.describe; }
  bool opens_library() const noexcept {
    return opens_code() && form() == ModuleForm::kSharedLibrary;
  }
  /// Parses it in the form that the options ask for.
  void Rewrite(WasmBytes binary);
  void Parse(WasmBytes binary);
  /// Of a shared object.
  std::string PathNow() const;
  wasmedge::Result ParseWith(const ConfigureHandle& configure, WasmBytes binary);
  void ListExternals();

  const wasmedge::Api& api_;
  std::string path_;
  std::string name_;
  ModuleOptions options_;
  size_t size_;
  ModuleForm form_;
  std::optional<uint64_t> memory_minimum_;
  bool can_be_renewed_;
  bool can_be_made_ahead_;
  bool uses_tail_calls_ = false;
  std::optional<StateExports> state_exports_;
  std::optional<StateExports> renewal_exports_;
  /// Of a shared object that exports its state.
  std::optional<OpenFile> file_;
  AstModuleHandle ast_;
  std::optional<CompiledCode> code_;
  std::vector<ExternalDescription> imports_;
  std::vector<ExternalDescription> exports_;
};

}  // namespace wasmedge_embed
