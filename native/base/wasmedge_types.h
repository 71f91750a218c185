#pragma once

#include <cstdint>

// The part of WasmEdge's C ABI that is the same in every supported version line. Declared here
// rather than included from its headers, because one binary serves several versions of the library
// (`wasmedge_api.h`); native/test/wasmedge_abi_test.cc compares these declarations with the
// installed headers.

namespace wasmedge_embed::wasmedge {

struct AstModuleContext;
struct Async;
struct CallingFrameContext;
struct CompilerContext;
struct ConfigureContext;
struct ExecutorContext;
struct ExportTypeContext;
struct FunctionInstanceContext;
struct FunctionTypeContext;
struct GlobalInstanceContext;
struct GlobalTypeContext;
struct ImportTypeContext;
struct LoaderContext;
struct MemoryInstanceContext;
struct ModuleInstanceContext;
struct StatisticsContext;
struct StoreContext;
struct TableInstanceContext;
struct ValidatorContext;

struct ValueType {
  uint8_t data[8];
};

struct Value {
  __extension__ unsigned __int128 bits;
  ValueType type;
};

struct String {
  uint32_t length;
  const char* data;
};

struct Bytes {
  uint32_t length;
  const uint8_t* data;
};

/// Low 24 bits: the code; high 8 bits: the category (0 WebAssembly, 1 the embedder's own).
struct Result {
  uint32_t code;
};

inline constexpr Result kSuccess{0};
/// Ends the guest without a trap (`proc_exit`).
inline constexpr Result kTerminate{1};
/// A host function failed.
inline constexpr Result kFail{2};

/// WasmEdge_Mutability_Var: a mutable global.
inline constexpr int kMutable = 1;

enum class ExternalType : int { kFunction = 0, kTable = 1, kMemory = 2, kGlobal = 3, kTag = 4 };

using HostFunction = Result (*)(void* self, void* data, const CallingFrameContext* frame,
                                const Value* params, uint32_t param_count, Value* results,
                                uint32_t result_count);

}  // namespace wasmedge_embed::wasmedge
