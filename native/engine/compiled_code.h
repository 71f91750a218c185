#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/guest_frame.h"
#include "binary/unwind_table.h"
#include "binary/wasm_binary.h"
#include "engine/guest_frames.h"

namespace wasmedge_embed {

/// Where a module's compiled code lies in the process, and which function is where. Immutable.
///
/// Little is done when a module is loaded: of a universal one, the sections with names are copied.
/// The names are looked for at each failure, in one pass over them; none is kept.
class CompiledCode {
 public:
  /// Of a shared object that is open: `path` is the one that the loader was given. Absent where it
  /// is not as WasmEdge's compiler makes it.
  static std::optional<CompiledCode> OfLibrary(const std::string& path);

  /// Of a universal module, whose part of code WasmEdge has made executable at `text`.
  static std::optional<CompiledCode> OfUniversal(WasmBytes module, uintptr_t text);

  /// For signal handlers as well.
  const UnwindTable& unwinding() const noexcept { return unwinding_; }
  bool Contains(uintptr_t address) const noexcept { return address >= begin_ && address < end_; }

  /// Names what was found. Throws `std::bad_alloc`.
  GuestTrace Trace(const GuestFrames& frames) const;

 private:
  CompiledCode() = default;

  /// For each address, a function's begin, its index; `UINT32_MAX` for one that is none of the
  /// module's functions.
  std::vector<uint32_t> IndicesOf(const uintptr_t* addresses, size_t count) const;

  uintptr_t begin_ = 0;
  uintptr_t end_ = 0;
  UnwindTable unwinding_;
  /// What names are read from: a shared object's own bytes, or `kept_`.
  WasmBytes module_;

  // Of a shared object: its table of symbols.
  uintptr_t base_ = 0;
  const void* symbols_ = nullptr;
  uint32_t symbol_count_ = 0;
  const char* strings_ = nullptr;
  uint64_t strings_size_ = 0;

  // Of a universal module: where its own functions begin, the index of the first of them, and the
  // sections with names.
  std::vector<uintptr_t> functions_;
  uint32_t first_function_ = 0;
  std::vector<uint8_t> kept_;
};

}  // namespace wasmedge_embed
