#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// The most that a module may have. WebAssembly itself limits little of this, and WasmEdge almost
/// nothing: a function with 67,108,863 locals takes 39 bytes in a module's file, and a gigabyte in
/// WasmEdge.
///
/// Unless noted otherwise, the numbers are those of "WebAssembly JavaScript Interface",
/// "Implementation-defined Limits", which are also V8's (src/wasm/wasm-limits.h): a module beyond
/// them runs neither in a browser nor in Node.js.
namespace wasm_limits {

inline constexpr uint64_t kModuleBytes = 1'073'741'824;

inline constexpr uint32_t kTypes = 1'000'000;
inline constexpr uint32_t kImports = 1'000'000;
inline constexpr uint32_t kFunctions = 1'000'000;
inline constexpr uint32_t kTables = 100'000;
inline constexpr uint32_t kGlobals = 1'000'000;
inline constexpr uint32_t kExports = 1'000'000;
/// V8's: the interface limits only the entries of one segment.
inline constexpr uint32_t kElementSegments = 10'000'000;
inline constexpr uint32_t kDataSegments = 100'000;
/// Of an import or export, in bytes. V8's.
inline constexpr uint32_t kNameBytes = 100'000;

/// WebAssembly 2.0 has one. WasmEdge reserves gigabytes of address space for each.
inline constexpr uint32_t kMemories = 1;

/// Of a function or block.
inline constexpr uint32_t kParameters = 1'000;
/// Of a function or block. The interface allows 1,000. The time LLVM takes for a function grows
/// with the cube of its results: 250 took 1.5 s, 500 took 15 s, 1,000 took more than 100 s.
inline constexpr uint32_t kResults = 100;

/// Of a function, including its parameters.
inline constexpr uint32_t kLocals = 50'000;
/// Of a function, including the declarations of its locals.
inline constexpr uint32_t kBodyBytes = 7'654'321;
/// Of one `br_table`, excluding the default. V8's.
inline constexpr uint32_t kBranchTargets = 65'520;

/// Locals of all functions together: this many, plus one for each byte of the code section. A local
/// takes 5 bytes and 10 ns if interpreted, 300 bytes and 2 µs if compiled, and a function with
/// 50,000 takes 7 bytes of the file. The modules measured (Go, Ruby, Skia, SQLite, 1 to 16 MB) have
/// at most 0.012 per byte.
inline constexpr uint64_t kLocalsInAll = 500'000;
inline constexpr uint64_t kLocalsPerCodeByte = 1;

/// Parameters and results of all calls, blocks and branches of a module together: this many, plus
/// two for each byte of the code section. A value takes 10 ns if interpreted, 20 µs if compiled,
/// and the three bytes of a block can name a type with 1,100. Without blocks and functions with
/// several results, code has at most one per byte, since each value has an instruction that
/// produces it; the modules measured have at most 0.07.
inline constexpr uint64_t kValuesInAll = 100'000;
inline constexpr uint64_t kValuesPerCodeByte = 2;

}  // namespace wasm_limits
}  // namespace wasmedge_embed
