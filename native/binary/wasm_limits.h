#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// What a module has at most. WebAssembly itself bounds little of it, and WasmEdge next to nothing:
/// a function of 67,108,863 locals takes 39 bytes in a module's file, and a gigabyte in WasmEdge.
///
/// Where nothing else is said the numbers are those of "WebAssembly JavaScript Interface",
/// "Implementation-defined Limits", which are V8's as well (src/wasm/wasm-limits.h): a module
/// beyond them runs in no browser and not in Node.js.
namespace wasm_limits {

inline constexpr uint64_t kModuleBytes = 1'073'741'824;

inline constexpr uint32_t kTypes = 1'000'000;
inline constexpr uint32_t kImports = 1'000'000;
inline constexpr uint32_t kFunctions = 1'000'000;
inline constexpr uint32_t kTables = 100'000;
inline constexpr uint32_t kGlobals = 1'000'000;
inline constexpr uint32_t kExports = 1'000'000;
/// V8's: the interface bounds the entries of a segment.
inline constexpr uint32_t kElementSegments = 10'000'000;
inline constexpr uint32_t kDataSegments = 100'000;
/// Of an import or export, in bytes. V8's.
inline constexpr uint32_t kNameBytes = 100'000;

/// WebAssembly 2.0 has one. WasmEdge takes gigabytes of addresses for each.
inline constexpr uint32_t kMemories = 1;

/// Of a function or block.
inline constexpr uint32_t kParameters = 1'000;
/// Of a function or block. The interface has 1,000. The time that LLVM takes for a function grows
/// with the third power of its results: 250 took 1.5 s, 500 took 15 s, 1,000 took more than 100 s.
inline constexpr uint32_t kResults = 100;

/// Of a function, its parameters among them.
inline constexpr uint32_t kLocals = 50'000;
/// Of a function, the declarations of its locals among them.
inline constexpr uint32_t kBodyBytes = 7'654'321;
/// Of one `br_table`, but for the default. V8's.
inline constexpr uint32_t kBranchTargets = 65'520;

/// Locals of all functions together: so many, and one for each byte of the code section. A local
/// takes 5 bytes and 10 ns where it is interpreted, 300 bytes and 2 µs where it is compiled, and a
/// function of 50,000 takes 7 bytes of the file. The modules that were measured (Go, Ruby, Skia,
/// SQLite, 1 to 16 MB) have at most 0.012 for a byte.
inline constexpr uint64_t kLocalsInAll = 500'000;
inline constexpr uint64_t kLocalsPerCodeByte = 1;

/// Values that the calls, blocks and branches of a module take and give together: so many, and two
/// for each byte of the code section. A value takes 10 ns where it is interpreted, 20 µs where it
/// is compiled, and the three bytes of a block can name a type of 1,100. Without blocks and
/// functions of several results, code has no more than one for a byte, since each value has an
/// instruction that makes it; the measured modules have at most 0.07.
inline constexpr uint64_t kValuesInAll = 100'000;
inline constexpr uint64_t kValuesPerCodeByte = 2;

}  // namespace wasm_limits
}  // namespace wasmedge_embed
