#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/wasmedge_types.h"

namespace wasmedge_embed::wasmedge {

// Every function of libwasmedge that is used and has one ABI in all supported version lines:
// X(name without its WasmEdge_ prefix, result type, parameter types). Those that differ between the
// lines are the members of `Api` below with bodies in wasmedge_api.cc.
#define WASMEDGE_EMBED_FUNCTIONS(X)                                                               \
  X(LogOff, void, (void))                                                                         \
  X(ValTypeGenI32, ValueType, (void))                                                             \
  X(ValTypeGenI64, ValueType, (void))                                                             \
  X(ValTypeGenF32, ValueType, (void))                                                             \
  X(ValTypeGenF64, ValueType, (void))                                                             \
  X(ValTypeIsI32, bool, (ValueType))                                                              \
  X(ValTypeIsI64, bool, (ValueType))                                                              \
  X(ValTypeIsF32, bool, (ValueType))                                                              \
  X(ValTypeIsF64, bool, (ValueType))                                                              \
  X(ValTypeIsV128, bool, (ValueType))                                                             \
  X(ValTypeIsFuncRef, bool, (ValueType))                                                          \
  X(ValTypeIsExternRef, bool, (ValueType))                                                        \
  X(ValueIsNullRef, bool, (Value))                                                                \
  X(ValueGetFuncRef, const FunctionInstanceContext*, (Value))                                     \
  X(ResultOK, bool, (Result))                                                                     \
  X(ResultGetCode, uint32_t, (Result))                                                            \
  X(ResultGetMessage, const char*, (Result))                                                      \
  X(ConfigureCreate, ConfigureContext*, (void))                                                   \
  X(ConfigureSetForceInterpreter, void, (ConfigureContext*, bool))                                \
  X(ConfigureCompilerSetOptimizationLevel, void, (ConfigureContext*, int))                        \
  X(ConfigureCompilerSetOutputFormat, void, (ConfigureContext*, int))                             \
  X(ConfigureCompilerSetGenericBinary, void, (ConfigureContext*, bool))                           \
  X(ConfigureCompilerSetInterruptible, void, (ConfigureContext*, bool))                           \
  X(ConfigureStatisticsSetCostMeasuring, void, (ConfigureContext*, bool))                         \
  X(ConfigureRemoveProposal, void, (ConfigureContext*, int))                                      \
  X(ConfigureDelete, void, (ConfigureContext*))                                                   \
  X(StatisticsCreate, StatisticsContext*, (void))                                                 \
  X(StatisticsSetCostLimit, void, (StatisticsContext*, uint64_t))                                 \
  X(StatisticsClear, void, (StatisticsContext*))                                                  \
  X(StatisticsDelete, void, (StatisticsContext*))                                                 \
  X(CompilerCreate, CompilerContext*, (const ConfigureContext*))                                  \
  X(CompilerCompileFromBytes, Result, (CompilerContext*, Bytes, const char*))                     \
  X(CompilerDelete, void, (CompilerContext*))                                                     \
  X(LoaderCreate, LoaderContext*, (const ConfigureContext*))                                      \
  X(LoaderParseFromFile, Result, (LoaderContext*, AstModuleContext**, const char*))               \
  X(LoaderParseFromBytes, Result, (LoaderContext*, AstModuleContext**, Bytes))                    \
  X(LoaderDelete, void, (LoaderContext*))                                                         \
  X(ValidatorCreate, ValidatorContext*, (const ConfigureContext*))                                \
  X(ValidatorValidate, Result, (ValidatorContext*, const AstModuleContext*))                      \
  X(ValidatorDelete, void, (ValidatorContext*))                                                   \
  X(ASTModuleListImportsLength, uint32_t, (const AstModuleContext*))                              \
  X(ASTModuleListImports, uint32_t,                                                               \
    (const AstModuleContext*, const ImportTypeContext**, uint32_t))                               \
  X(ASTModuleListExportsLength, uint32_t, (const AstModuleContext*))                              \
  X(ASTModuleListExports, uint32_t,                                                               \
    (const AstModuleContext*, const ExportTypeContext**, uint32_t))                               \
  X(ASTModuleDelete, void, (AstModuleContext*))                                                   \
  X(ImportTypeGetExternalType, int, (const ImportTypeContext*))                                   \
  X(ImportTypeGetModuleName, String, (const ImportTypeContext*))                                  \
  X(ImportTypeGetExternalName, String, (const ImportTypeContext*))                                \
  X(ImportTypeGetFunctionType, const FunctionTypeContext*,                                        \
    (const AstModuleContext*, const ImportTypeContext*))                                          \
  X(ExportTypeGetExternalType, int, (const ExportTypeContext*))                                   \
  X(ExportTypeGetExternalName, String, (const ExportTypeContext*))                                \
  X(ExportTypeGetFunctionType, const FunctionTypeContext*,                                        \
    (const AstModuleContext*, const ExportTypeContext*))                                          \
  X(ExportTypeGetGlobalType, const GlobalTypeContext*,                                            \
    (const AstModuleContext*, const ExportTypeContext*))                                          \
  X(GlobalTypeGetValType, ValueType, (const GlobalTypeContext*))                                  \
  X(GlobalTypeGetMutability, int, (const GlobalTypeContext*))                                     \
  X(FunctionTypeCreate, FunctionTypeContext*,                                                     \
    (const ValueType*, uint32_t, const ValueType*, uint32_t))                                     \
  X(FunctionTypeGetParametersLength, uint32_t, (const FunctionTypeContext*))                      \
  X(FunctionTypeGetParameters, uint32_t, (const FunctionTypeContext*, ValueType*, uint32_t))      \
  X(FunctionTypeGetReturnsLength, uint32_t, (const FunctionTypeContext*))                         \
  X(FunctionTypeGetReturns, uint32_t, (const FunctionTypeContext*, ValueType*, uint32_t))         \
  X(FunctionTypeDelete, void, (FunctionTypeContext*))                                             \
  X(ExecutorCreate, ExecutorContext*, (const ConfigureContext*, StatisticsContext*))              \
  X(ExecutorInstantiate, Result,                                                                  \
    (ExecutorContext*, ModuleInstanceContext**, StoreContext*, const AstModuleContext*))          \
  X(ExecutorRegisterImport, Result,                                                               \
    (ExecutorContext*, StoreContext*, const ModuleInstanceContext*))                              \
  X(ExecutorInvoke, Result,                                                                       \
    (ExecutorContext*, const FunctionInstanceContext*, const Value*, uint32_t, Value*, uint32_t)) \
  X(ExecutorAsyncInvoke, Async*,                                                                  \
    (ExecutorContext*, const FunctionInstanceContext*, const Value*, uint32_t))                   \
  X(AsyncWait, void, (const Async*))                                                              \
  X(AsyncCancel, void, (Async*))                                                                  \
  X(AsyncDelete, void, (Async*))                                                                  \
  X(ExecutorDelete, void, (ExecutorContext*))                                                     \
  X(StoreCreate, StoreContext*, (void))                                                           \
  X(StoreDelete, void, (StoreContext*))                                                           \
  X(ModuleInstanceCreate, ModuleInstanceContext*, (String))                                       \
  X(ModuleInstanceCreateWithData, ModuleInstanceContext*, (String, void*, void (*)(void*)))       \
  X(ModuleInstanceFindFunction, FunctionInstanceContext*, (const ModuleInstanceContext*, String)) \
  X(ModuleInstanceFindTable, TableInstanceContext*, (const ModuleInstanceContext*, String))       \
  X(ModuleInstanceFindMemory, MemoryInstanceContext*, (const ModuleInstanceContext*, String))     \
  X(ModuleInstanceFindGlobal, GlobalInstanceContext*, (const ModuleInstanceContext*, String))     \
  X(GlobalInstanceGetGlobalType, const GlobalTypeContext*, (const GlobalInstanceContext*))        \
  X(GlobalInstanceGetValue, Value, (const GlobalInstanceContext*))                                \
  X(GlobalInstanceSetValue, Result, (GlobalInstanceContext*, Value))                              \
  X(ModuleInstanceAddFunction, void, (ModuleInstanceContext*, String, FunctionInstanceContext*))  \
  X(ModuleInstanceDelete, void, (ModuleInstanceContext*))                                         \
  X(FunctionInstanceCreateBinding, FunctionInstanceContext*,                                      \
    (const FunctionTypeContext*, HostFunction, void*, void*, uint64_t))                           \
  X(FunctionInstanceDelete, void, (FunctionInstanceContext*))                                     \
  X(CallingFrameGetExecutor, ExecutorContext*, (const CallingFrameContext*))                      \
  X(CallingFrameGetModuleInstance, const ModuleInstanceContext*, (const CallingFrameContext*))    \
  X(CallingFrameGetMemoryInstance, MemoryInstanceContext*, (const CallingFrameContext*, uint32_t))

/// The version lines of WasmEdge whose ABI is known. Both carry the same SONAME.
enum class VersionLine { k0_14, k0_17 };

/// What a process needs the library for.
enum class Purpose {
  /// To run guests: LLVM is spared where that is possible.
  kRun,
  /// To compile, and to run.
  kCompile,
};

/// The opened libwasmedge: one table of its functions, the same for every version line.
///
/// The library stays open for the life of the process: threads may be inside it at exit, and
/// compiled modules hold pointers into it.
class Api {
  // Only `Get` and `Adopt` make one.
  struct Private {};

 public:
  /// Opens the library on first use: below `$WASMEDGE_DIR` (and then nowhere else), beside this
  /// code, in `~/.wasmedge` (the official installer's place), in `/usr/local/lib`, or where the
  /// system's loader finds it; what LD_LIBRARY_PATH names comes before the last two. Safe from any
  /// thread. Throws `Error(kNativeLoad)` that lists what was tried and says what to install, a
  /// later call tries again; or that says that this process cannot compile, where it was opened to
  /// run before.
  static const Api& Get(Purpose purpose = Purpose::kRun);

  /// Takes the library that is in the process already, for code that it has loaded itself (a
  /// plug-in): the one that the code at `caller` belongs to, else the one that the program is
  /// linked to. Its log and its signal handlers stay as they are, since they are the program's;
  /// where its guests' memories lie is seen to (`MemoryReservation`).
  /// `Get` gives it too from then on; where a library was opened before, that one is given. Throws
  /// `Error(kNativeLoad)`.
  static const Api& Adopt(const void* caller);

  Api(Private, void* library, std::string path, bool can_compile = true);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// As the library writes it: "0.14.1".
  const std::string& version() const noexcept { return version_; }
  /// The file that was opened.
  const std::string& path() const noexcept { return path_; }
  VersionLine line() const noexcept { return line_; }
  /// What a compiled module's `version` symbol, or the first field of a universal module's AOT
  /// section, must hold for this library to run it.
  uint32_t aot_binary_version() const noexcept { return line_ == VersionLine::k0_14 ? 1 : 2; }

#define WASMEDGE_EMBED_DECLARE(name, result, parameters) result(*name) parameters = nullptr;
  WASMEDGE_EMBED_FUNCTIONS(WASMEDGE_EMBED_DECLARE)
#undef WASMEDGE_EMBED_DECLARE

  /// Takes away what guests must not have, wherever modules are parsed, compiled or run: a heap of
  /// garbage-collected objects, which no limit bounds; references of other types than functions in
  /// the tables that are called through; more memories than one, each of which takes gigabytes of
  /// addresses; exceptions, which the compiler does not know; addresses of 64 bits, whose accesses
  /// it does not check; and threads. All but the last came with 0.17.
  void RestrictFeatures(ConfigureContext* configure) const;

  /// Takes tail calls away as well: what is interpreted must not have them (`CheckRunnable`).
  void RemoveTailCalls(ConfigureContext* configure) const;

  /// Lets compiled code run as such: the default before 0.17, to be asked for from then on.
  void EnableAot(ConfigureContext* configure) const;

  /// The most pages of 64 KiB that a memory may grow to; growing beyond fails in the guest.
  void SetMaxMemoryPages(ConfigureContext* configure, uint32_t pages) const;

  /// A memory's first byte and its size in bytes; valid until the guest runs again.
  void GetMemory(MemoryInstanceContext* memory, uint8_t** base, uint64_t* size) const;

  /// Gives a memory so many more pages of 64 KiB; false where it may not, or cannot, have them.
  bool GrowMemory(MemoryInstanceContext* memory, uint32_t pages) const;

  /// How many elements a table has.
  uint64_t TableSize(const TableInstanceContext* table) const;

  /// One of a table's elements; false where it has none of that index.
  bool GetTableElement(const TableInstanceContext* table, uint64_t index, Value* element) const;

  /// Held while the library compiles: the linker inside it has global state.
  std::mutex& compile_mutex() const noexcept { return compile_mutex_; }

 private:
  std::string version_;
  std::string path_;
  VersionLine line_;
  bool can_compile_;
  void* set_run_mode_ = nullptr;
  void* set_max_memory_page_ = nullptr;
  void* get_page_size_ = nullptr;
  void* get_pointer_ = nullptr;
  void* grow_page_ = nullptr;
  void* get_table_size_ = nullptr;
  void* get_table_data_ = nullptr;
  mutable std::mutex compile_mutex_;
};

inline String MakeString(const std::string& text) noexcept {
  return {static_cast<uint32_t>(text.size()), text.data()};
}
inline std::string ToStdString(String text) { return {text.data, text.length}; }

}  // namespace wasmedge_embed::wasmedge
