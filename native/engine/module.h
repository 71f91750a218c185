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

/// Functions with a meaning in WASI: a program's entry point, and a reactor's initializer.
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
  /// The imported module's name, which may be empty; absent for an export.
  std::optional<std::string> module;
  std::string name;
  /// "function", "table", "memory", "global" or "tag".
  std::string kind;
  /// For a function, its type; otherwise absent.
  std::optional<Signature> signature;
  /// For an exported global, its type; otherwise absent.
  std::optional<GlobalType> global;

  bool operator==(const ExternalDescription& other) const noexcept {
    return module == other.module && name == other.name && kind == other.kind &&
           signature == other.signature && global == other.global;
  }
};

class Module;

/// How to parse a module.
struct ModuleOptions {
  /// The most elements of all its tables together.
  uint64_t table_elements = 1'000'000;
  /// Only for inspection: its compiled code is not opened, and it cannot run.
  bool describe = false;
  /// Its instances export their state for `TakeSnapshot`; only the module's own exports are listed.
  bool exports_state = false;
  /// The initial state of its instances, from another form of the same module; null if there is
  /// none.
  std::shared_ptr<const Snapshot> snapshot;
  /// That other form. If it exports its state, it has kept its file open, whose path may by now
  /// lead to another file.
  std::shared_ptr<const Module> other;
};

/// A parsed and validated module; immutable, shared by all slots that run it.
class Module {
  // Only `Load` makes modules.
  struct Private {};

 public:
  /// Parses and validates what was read. Takes milliseconds: not for the main thread. Throws
  /// `Error`: `kModuleInvalid` if it is not a module that this library can run, `kLimit` if its
  /// tables are too large.
  static std::shared_ptr<const Module> Load(const ModuleSource& source,
                                            const ModuleOptions& options);
  /// Also reads the file, with the errors of `ModuleSource::Read`.
  static std::shared_ptr<const Module> Load(const std::string& path, const ModuleOptions& options) {
    return Load(*ModuleSource::Read(path, {}), options);
  }

  Module(Private, const wasmedge::Api& api, const ModuleSource& source,
         const ModuleOptions& options);
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  const wasmedge::Api& api() const noexcept { return api_; }
  /// Its name in messages.
  const std::string& name() const noexcept { return name_; }
  ModuleForm form() const noexcept { return form_; }
  /// The largest initial size of its memories, in pages of 64 KiB. Absent if it has none.
  std::optional<uint64_t> memory_minimum() const noexcept { return memory_minimum_; }
  /// Whether an instance can be created ahead of time: creating one runs none of its code, and an
  /// idle instance takes little memory.
  bool can_be_made_ahead() const noexcept { return can_be_made_ahead_; }
  /// The size of its file, in bytes.
  size_t size() const noexcept { return size_; }
  /// The most elements of all its tables together.
  uint64_t table_elements() const noexcept { return options_.table_elements; }
  /// How its instances export their state; null if they do not.
  const StateExports* state_exports() const noexcept {
    return state_exports_ ? &*state_exports_ : nullptr;
  }
  /// How they export what `InstanceRenewal` rewrites; null if they do not.
  const StateExports* renewal_exports() const noexcept {
    return renewal_exports_ ? &*renewal_exports_ : nullptr;
  }
  /// The initial state of its instances, after the constructors; null if there is none.
  const Snapshot* snapshot() const noexcept { return options_.snapshot.get(); }
  /// Whether the guest's code is compiled.
  bool is_aot() const noexcept { return form() != ModuleForm::kPlain; }
  /// Whether it needs tail calls, which are unavailable because its code is not compiled.
  bool uses_tail_calls() const noexcept { return uses_tail_calls_; }
  const std::vector<ExternalDescription>& imports() const noexcept { return imports_; }
  const std::vector<ExternalDescription>& exports() const noexcept { return exports_; }
  const wasmedge::AstModuleContext* ast() const noexcept { return ast_.get(); }
  /// The location of its code in the process; null if unknown or interpreted.
  const CompiledCode* compiled_code() const noexcept { return code_ ? &*code_ : nullptr; }

  /// The type of an exported function, or null if there is none with this name.
  const Signature* FindExportedFunction(const std::string& name) const noexcept;

  /// The type of an exported global. Throws `Error(kInvalidArgument)` if there is none.
  const GlobalType& RequireExportedGlobal(const std::string& name) const;

  /// A configuration for this module's parsing, validation and execution.
  ConfigureHandle MakeConfigure() const;

 private:
  bool opens_code() const noexcept { return is_aot() && !options_.describe; }
  bool opens_library() const noexcept {
    return opens_code() && form() == ModuleForm::kSharedLibrary;
  }
  /// Parses it in the form that the options require.
  void Rewrite(WasmBytes binary);
  void Parse(WasmBytes binary);
  /// For a shared object: a path that currently leads to it.
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
