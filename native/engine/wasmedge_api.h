#pragma once

#include <cstdint>
#include <mutex>
#include <string>

#include "base/wasmedge_types.h"

namespace wasmedge_embed::wasmedge {

// Every function of libwasmedge that is used and has the same ABI in all supported version lines:
// X(name without its WasmEdge_ prefix, result type, parameter types). Those that differ between the
// lines are members of `Api` below with bodies in wasmedge_api.cc.
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
  /// To run guests: LLVM is not loaded if that is possible.
  kRun,
  /// To compile and to run.
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
  /// Opens the library on first use: below `$WASMEDGE_DIR` (and if that is set, only there), beside
  /// this code, in `~/.wasmedge` (where the official installer puts it), in `/usr/local/lib`, or
  /// where the system's loader finds it; LD_LIBRARY_PATH precedes the last two. Thread-safe. Throws
  /// `Error(kNativeLoad)` that lists the places tried and says what to install; a later call tries
  /// again. Also throws if this process cannot compile because it opened the library to run.
  static const Api& Get(Purpose purpose = Purpose::kRun);

  /// Takes the library that is already in the process, for code that the library itself has loaded
  /// (a plug-in): the one that the code at `caller` belongs to, otherwise the one that the program
  /// is linked to. Its log and its signal handlers are left alone, since they are the program's;
  /// the placement of its guests' memories is not (`MemoryReservation`). From then on, `Get`
  /// returns it too; if a library was opened before, that one is returned. Throws
  /// `Error(kNativeLoad)`.
  static const Api& Adopt(const void* caller);

  Api(Private, void* library, std::string path, bool can_compile = true);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// As the library writes it: "0.14.1".
  const std::string& version() const noexcept { return version_; }
  /// The path of the opened file.
  const std::string& path() const noexcept { return path_; }
  VersionLine line() const noexcept { return line_; }
  /// What a compiled module's `version` symbol, or the first field of a universal module's AOT
  /// section, must contain for this library to run it.
  uint32_t aot_binary_version() const noexcept { return line_ == VersionLine::k0_14 ? 1 : 2; }

#define WASMEDGE_EMBED_DECLARE(name, result, parameters) result(*name) parameters = nullptr;
  WASMEDGE_EMBED_FUNCTIONS(WASMEDGE_EMBED_DECLARE)
#undef WASMEDGE_EMBED_DECLARE

  /// Disables what guests must not use, wherever modules are parsed, compiled or run: a heap of
  /// garbage-collected objects, which no limit bounds; references to anything but functions in
  /// tables that are called through; more than one memory, each of which takes gigabytes of address
  /// space; exceptions, which the compiler does not support; 64-bit addresses, whose accesses it
  /// does not check; and threads. All but threads came with 0.17.
  void RestrictFeatures(ConfigureContext* configure) const;

  /// Also disables tail calls, which interpreted code must not use (`CheckRunnable`).
  void RemoveTailCalls(ConfigureContext* configure) const;

  /// Makes compiled code run as such: the default before 0.17, opt-in since then.
  void EnableAot(ConfigureContext* configure) const;

  /// The size up to which a memory may grow, in pages of 64 KiB; growing beyond it fails in the
  /// guest.
  void SetMaxMemoryPages(ConfigureContext* configure, uint32_t pages) const;

  /// A memory's base address and its size in bytes; valid until the guest runs again.
  void GetMemory(MemoryInstanceContext* memory, uint8_t** base, uint64_t* size) const;

  /// Grows a memory by this many pages of 64 KiB; false if it may not or cannot grow that much.
  bool GrowMemory(MemoryInstanceContext* memory, uint32_t pages) const;

  /// The number of elements in a table.
  uint64_t TableSize(const TableInstanceContext* table) const;

  /// An element of a table; false if the index is out of range.
  bool GetTableElement(const TableInstanceContext* table, uint64_t index, Value* element) const;

  /// Held while the library compiles: the linker in it has global state.
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
