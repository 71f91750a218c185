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

/// Where a module's compiled code is in the process, and which function is where. Immutable.
///
/// Loading a module does little: for a universal one, it copies the sections with names. Each
/// failure looks up its names in one pass over them; none are kept.
class CompiledCode {
 public:
  /// Of an open shared object; `path` is the one given to the loader. Absent if it is not as
  /// WasmEdge's compiler writes it.
  static std::optional<CompiledCode> OfLibrary(const std::string& path);

  /// Of a universal module whose code WasmEdge has made executable at `text`.
  static std::optional<CompiledCode> OfUniversal(WasmBytes module, uintptr_t text);

  /// Also usable in signal handlers.
  const UnwindTable& unwinding() const noexcept { return unwinding_; }
  bool Contains(uintptr_t address) const noexcept { return address >= begin_ && address < end_; }

  /// Adds names to the frames. Throws `std::bad_alloc`.
  GuestTrace Trace(const GuestFrames& frames) const;

 private:
  CompiledCode() = default;

  /// For each address of a function's start, the function's index; `UINT32_MAX` if it is not one of
  /// the module's functions.
  std::vector<uint32_t> IndicesOf(const uintptr_t* addresses, size_t count) const;

  uintptr_t begin_ = 0;
  uintptr_t end_ = 0;
  UnwindTable unwinding_;
  /// The source of names: a shared object's own bytes, or `kept_`.
  WasmBytes module_;

  // Of a shared object: its symbol table.
  uintptr_t base_ = 0;
  const void* symbols_ = nullptr;
  uint32_t symbol_count_ = 0;
  const char* strings_ = nullptr;
  uint64_t strings_size_ = 0;

  // Of a universal module: the starts of its own functions, the index of the first one, and the
  // sections with names.
  std::vector<uintptr_t> functions_;
  uint32_t first_function_ = 0;
  std::vector<uint8_t> kept_;
};

}  // namespace wasmedge_embed
