#include "engine/wasmedge_api.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/loaded_file.h"
#include "base/wasm_page.h"
#include "engine/fault_guard.h"
#include "engine/guest_code.h"
#include "engine/guest_interrupt.h"
#include "engine/guest_scope.h"
#include "engine/handle.h"
#include "workarounds/absent_llvm.h"
#include "workarounds/call_buffers.h"
#include "workarounds/code_mapping.h"
#include "workarounds/code_verifier.h"
#include "workarounds/embedded_binary.h"
#include "workarounds/generic_target.h"
#include "workarounds/guest_jump.h"
#include "workarounds/interpreter_memory.h"
#include "workarounds/llvm_pipeline.h"
#include "workarounds/llvm_signals.h"
#include "workarounds/memory_reservation.h"
#include "workarounds/thread_state.h"
#include "workarounds/unused_loads.h"
#include "workarounds/wasmedge_signals.h"

namespace wasmedge_embed::wasmedge {
namespace {

constexpr char kLibraryName[] = "libwasmedge.so.0";
constexpr int kRunModeAot = 2;  // WasmEdge_RunMode_AOT

constexpr char kRemedy[] =
    "Install WasmEdge 0.14 or 0.17: on Debian 13 or newer, and on Ubuntu 25.04 or newer, "
    "'apt-get install libwasmedge0'; elsewhere with WasmEdge's official installer, into "
    "~/.wasmedge: "
    "'curl -sSf https://raw.githubusercontent.com/WasmEdge/WasmEdge/master/utils/install.sh | bash "
    "-s -- -v 0.14.1'; or set WASMEDGE_DIR to the folder where it is.";

/// The folders that the system's loader searches, starting with those of LD_LIBRARY_PATH.
std::vector<std::string> LoaderFolders() {
  std::vector<std::string> folders;
  void* program = dlopen(nullptr, RTLD_NOW);
  Dl_serinfo size{};
  if (program != nullptr && dlinfo(program, RTLD_DI_SERINFOSIZE, &size) == 0) {
    std::vector<std::max_align_t> memory(size.dls_size / sizeof(std::max_align_t) + 1);
    auto* info = reinterpret_cast<Dl_serinfo*>(memory.data());
    info->dls_size = size.dls_size;
    info->dls_cnt = size.dls_cnt;
    if (dlinfo(program, RTLD_DI_SERINFO, info) == 0) {
      for (unsigned int i = 0; i < info->dls_cnt; ++i) {
        folders.emplace_back(info->dls_serpath[i].dls_name);
      }
    }
  }
  if (program != nullptr) dlclose(program);
  return folders;
}

/// The paths of the library's files in the system: a library opened by name alone cannot be
/// inspected before. In the loader's order, whose cache has /usr/local before /usr.
std::vector<std::string> SystemFiles() {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  const auto add = [&files](const std::string& folder) {
    std::error_code ignored;
    const fs::path file = fs::path(folder) / kLibraryName;
    if (fs::exists(file, ignored)) files.push_back(file.string());
  };
  const std::vector<std::string> folders = LoaderFolders();
  const auto first_of_system =
      std::find_if(folders.begin(), folders.end(), [](const std::string& folder) {
        return folder.rfind("/lib", 0) == 0 || folder.rfind("/usr/lib", 0) == 0;
      });
  std::for_each(folders.begin(), first_of_system, add);
  std::for_each(first_of_system, folders.end(), [&add](const std::string& folder) {
    if (folder.rfind("/usr/", 0) == 0) add("/usr/local" + folder.substr(4));
  });
  std::for_each(first_of_system, folders.end(), add);
  return files;
}

std::vector<std::string> Candidates() {
  namespace fs = std::filesystem;
  std::vector<std::string> names;
  const auto below = [&names](const fs::path& folder) {
    for (const char* sub : {"lib", "lib64", "."}) {
      names.push_back((folder / sub / kLibraryName).lexically_normal().string());
    }
  };
  if (const char* folder = std::getenv("WASMEDGE_DIR"); folder != nullptr && *folder != '\0') {
    below(folder);
    return names;
  }
  std::error_code ignored;
  // Before all others on the machine: a bundle contains the library that compiled its module.
  if (const fs::path beside = fs::path(OwnFile()).parent_path() / kLibraryName;
      fs::exists(beside, ignored)) {
    names.push_back(beside.string());
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home != '\0') {
    below(fs::path(home) / ".wasmedge");
  }
  for (const std::string& file : SystemFiles()) names.push_back(file);
  names.emplace_back(kLibraryName);
  return names;
}

void* RequireSymbol(void* library, const std::string& name, const std::string& path) {
  void* symbol = dlsym(library, name.c_str());
  if (symbol == nullptr) {
    throw Error(ErrorCode::kNativeLoad, path + " has no function " + name + ". " + kRemedy);
  }
  return symbol;
}

template <typename Function>
Function As(void* symbol) {
  return reinterpret_cast<Function>(symbol);
}

/// There is one per process, as with LiteRT.
struct Opened {
  std::mutex mutex;
  std::unique_ptr<const Api> api;
};

Opened& TheOpened() {
  static Opened opened;
  return opened;
}

/// The shared object with this path, or the program if the library is not a separate file.
void* LoadedObject(const std::string& path) {
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  return library != nullptr ? library : dlopen(nullptr, RTLD_NOW);
}

/// Takes over the signals by which guests end. Once per process: after a failure, another library
/// may be opened, and our handlers must not be taken for the previous ones.
void GuardGuests() {
  if (GuestInterrupt::signal() != 0) return;
  RememberHostCode();
  GuestInterrupt::Install();
  FaultGuard::Install();
  GuestJump::OnJump([]() noexcept {
    if (GuestScope* const guest = GuestScope::Current()) guest->NoteJump();
  });
}

/// Creates a memory like a guest's, but without any addresses.
void RequireKnownMemory(const Api& api) {
  if (!IsInForce(Workaround::kGuestMemory)) return;
  constexpr uint8_t kEmptyMemory[] = {0, 'a', 's', 'm', 1, 0, 0, 0, /*memory*/ 5, 3, 1, 0, 0};
  const auto require = [&api](bool condition) {
    if (condition) return;
    throw Error(ErrorCode::kNativeLoad,
                api.path() + " is a WasmEdge " + api.version() +
                    " that reserves memory in a way that is not known here. " + kRemedy);
  };
  const ConfigureHandle configure = Own<ConfigureHandle>(api, api.ConfigureCreate());
  const LoaderHandle loader = Own<LoaderHandle>(api, api.LoaderCreate(configure.get()));
  AstModuleContext* parsed = nullptr;
  require(api.ResultOK(
      api.LoaderParseFromBytes(loader.get(), &parsed, {sizeof kEmptyMemory, kEmptyMemory})));
  const AstModuleHandle ast = Own<AstModuleHandle>(api, parsed);
  const ValidatorHandle validator = Own<ValidatorHandle>(api, api.ValidatorCreate(configure.get()));
  require(api.ResultOK(api.ValidatorValidate(validator.get(), ast.get())));
  const StoreHandle store = Own<StoreHandle>(api, api.StoreCreate());
  const ExecutorHandle executor =
      Own<ExecutorHandle>(api, api.ExecutorCreate(configure.get(), nullptr));
  MemoryReservation::Rehearsal rehearsal;
  ModuleInstanceContext* instance = nullptr;
  require(api.ResultOK(api.ExecutorInstantiate(executor.get(), &instance, store.get(), ast.get())));
  api.ModuleInstanceDelete(instance);
  require(rehearsal.is_as_expected());
}

}  // namespace

const Api& Api::Get(Purpose purpose) {
  auto& [mutex, opened] = TheOpened();
  const std::lock_guard<std::mutex> lock(mutex);
  if (opened) {
    if (purpose == Purpose::kCompile && !opened->can_compile_) {
      throw Error(ErrorCode::kNativeLoad,
                  "This process has opened WasmEdge to run modules. Compile in another process.");
    }
    return *opened;
  }

  std::string tried;
  for (const std::string& name : Candidates()) {
    const bool is_path = name.find('/') != std::string::npos;
    std::error_code ignored;
    if (is_path && !std::filesystem::exists(name, ignored)) {
      tried += "\n  " + name + ": no such file";
      continue;
    }
    std::optional<AbsentLlvm> absent;
    if (purpose == Purpose::kRun && is_path) absent.emplace(name);
    void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (library == nullptr) {
      const char* reason = dlerror();
      tried += "\n  " + name + ": " + (reason != nullptr ? reason : "cannot be opened");
      continue;
    }
    const bool can_compile = !absent || !absent->is_in_place();
    auto api = std::make_unique<const Api>(Private{}, library, name, can_compile);
    InstallWorkarounds<ThreadState, WasmEdgeSignals, LlvmSignals, InterpreterMemory,
                       MemoryReservation, EmbeddedBinary, GenericTarget, GuestJump, CodeMapping>(
        library);
    if (purpose == Purpose::kCompile) {
      InstallWorkarounds<UnusedLoads, CallBuffers, CodeVerifier, LlvmPipeline>(library);
    }
    GuardGuests();
    RequireKnownMemory(*api);
    opened = std::move(api);
    opened->LogOff();
    return *opened;
  }
  throw Error(ErrorCode::kNativeLoad,
              "The WasmEdge library cannot be opened. Tried:" + tried + "\n" + kRemedy);
}

const Api& Api::Adopt(const void* caller) {
  auto& [mutex, opened] = TheOpened();
  const std::lock_guard<std::mutex> lock(mutex);
  void* library = nullptr;
  if (const std::string file = LoadedFileAt(caller); !file.empty()) {
    library = dlopen(file.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  }
  if (library == nullptr || dlsym(library, "WasmEdge_VersionGet") == nullptr) {
    library = RTLD_DEFAULT;
  }
  const std::string path =
      LoadedFileAt(RequireSymbol(library, "WasmEdge_VersionGet", "This program"));
  if (!opened) {
    auto api = std::make_unique<const Api>(Private{}, library, path);
    InstallWorkarounds<MemoryReservation>(LoadedObject(api->path()));
    RequireKnownMemory(*api);
    opened = std::move(api);
  } else if (path != opened->path()) {
    throw Error(ErrorCode::kNativeLoad,
                path + " and " + opened->path() + " cannot both be used in one process.");
  }
  return *opened;
}

Api::Api(Private, void* library, std::string path, bool can_compile)
    : path_(std::move(path)), can_compile_(can_compile) {
  // The version is queried before anything else: both lines have the same SONAME, and calling a
  // function with the other line's ABI is undefined behaviour.
  void* get_version = RequireSymbol(library, "WasmEdge_VersionGet", path_);
  if (std::string file = LoadedFileAt(get_version); !file.empty()) path_ = std::move(file);
  version_ = As<const char* (*)()>(get_version)();
  const auto line = [this]() -> std::optional<VersionLine> {
    if (version_.rfind("0.14.", 0) == 0) return VersionLine::k0_14;
    if (version_.rfind("0.17.", 0) == 0) return VersionLine::k0_17;
    return std::nullopt;
  }();
  if (!line) {
    throw Error(ErrorCode::kNativeLoad,
                path_ + " is WasmEdge " + version_ + ", whose ABI is not known here. " + kRemedy);
  }
  line_ = *line;

#define WASMEDGE_EMBED_RESOLVE(name, result, parameters) \
  name = As<result(*) parameters>(RequireSymbol(library, "WasmEdge_" #name, path_));
  WASMEDGE_EMBED_FUNCTIONS(WASMEDGE_EMBED_RESOLVE)
#undef WASMEDGE_EMBED_RESOLVE

  set_max_memory_page_ = RequireSymbol(library, "WasmEdge_ConfigureSetMaxMemoryPage", path_);
  get_page_size_ = RequireSymbol(library, "WasmEdge_MemoryInstanceGetPageSize", path_);
  get_pointer_ = RequireSymbol(library, "WasmEdge_MemoryInstanceGetPointer", path_);
  grow_page_ = RequireSymbol(library, "WasmEdge_MemoryInstanceGrowPage", path_);
  get_table_size_ = RequireSymbol(library, "WasmEdge_TableInstanceGetSize", path_);
  get_table_data_ = RequireSymbol(library, "WasmEdge_TableInstanceGetData", path_);
  if (line_ == VersionLine::k0_17) {
    set_run_mode_ = RequireSymbol(library, "WasmEdge_ConfigureSetRunMode", path_);
  }
}

void Api::RestrictFeatures(ConfigureContext* configure) const {
  // WasmEdge_Proposal: GC, FunctionReferences, MultiMemories, then ExceptionHandling, Memory64,
  // Threads. GC goes first, since it requires the next one.
  constexpr int k0_14[] = {10, 9, 11, 16, 15, 12};
  constexpr int k0_17[] = {10, 9, 11, 14, 15, 16};
  for (const int proposal : line_ == VersionLine::k0_14 ? k0_14 : k0_17) {
    ConfigureRemoveProposal(configure, proposal);
  }
}

void Api::RemoveTailCalls(ConfigureContext* configure) const {
  ConfigureRemoveProposal(configure, 7);  // WasmEdge_Proposal_TailCall, in both lines
}

void Api::EnableAot(ConfigureContext* configure) const {
  if (line_ == VersionLine::k0_17) {
    As<void (*)(ConfigureContext*, int)>(set_run_mode_)(configure, kRunModeAot);
  }
}

void Api::SetMaxMemoryPages(ConfigureContext* configure, uint32_t pages) const {
  if (line_ == VersionLine::k0_14) {
    As<void (*)(ConfigureContext*, uint32_t)>(set_max_memory_page_)(configure, pages);
  } else {
    As<void (*)(ConfigureContext*, uint64_t)>(set_max_memory_page_)(configure, pages);
  }
}

void Api::GetMemory(MemoryInstanceContext* memory, uint8_t** base, uint64_t* size) const {
  *base = nullptr;
  *size = 0;
  if (memory == nullptr) return;
  if (line_ == VersionLine::k0_14) {
    const uint64_t pages = As<uint32_t (*)(const MemoryInstanceContext*)>(get_page_size_)(memory);
    // Lengths are 32-bit in this line: all 65,536 pages are requested as one byte less.
    const uint64_t bytes = pages * kWasmPageSize;
    const auto length = static_cast<uint32_t>(bytes > UINT32_MAX ? UINT32_MAX : bytes);
    if (length == 0) return;
    *base = As<uint8_t* (*)(MemoryInstanceContext*, uint32_t, uint32_t)>(get_pointer_)(memory, 0,
                                                                                       length);
    *size = bytes;
  } else {
    const uint64_t pages = As<uint64_t (*)(const MemoryInstanceContext*)>(get_page_size_)(memory);
    if (pages == 0) return;
    *size = pages * kWasmPageSize;
    *base = As<uint8_t* (*)(MemoryInstanceContext*, uint64_t, uint64_t)>(get_pointer_)(memory, 0,
                                                                                       *size);
  }
  if (*base == nullptr) *size = 0;
}

bool Api::GrowMemory(MemoryInstanceContext* memory, uint32_t pages) const {
  if (line_ == VersionLine::k0_14) {
    return ResultOK(As<Result (*)(MemoryInstanceContext*, uint32_t)>(grow_page_)(memory, pages));
  }
  return ResultOK(As<Result (*)(MemoryInstanceContext*, uint64_t)>(grow_page_)(memory, pages));
}

uint64_t Api::TableSize(const TableInstanceContext* table) const {
  if (line_ == VersionLine::k0_14) {
    return As<uint32_t (*)(const TableInstanceContext*)>(get_table_size_)(table);
  }
  return As<uint64_t (*)(const TableInstanceContext*)>(get_table_size_)(table);
}

bool Api::GetTableElement(const TableInstanceContext* table, uint64_t index, Value* element) const {
  if (line_ == VersionLine::k0_14) {
    return ResultOK(As<Result (*)(const TableInstanceContext*, Value*, uint32_t)>(get_table_data_)(
        table, element, static_cast<uint32_t>(index)));
  }
  return ResultOK(As<Result (*)(const TableInstanceContext*, Value*, uint64_t)>(get_table_data_)(
      table, element, index));
}

}  // namespace wasmedge_embed::wasmedge
