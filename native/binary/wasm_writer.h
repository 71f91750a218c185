#pragma once

#include <cstdint>
#include <vector>

#include "binary/wasm_binary.h"

namespace wasmedge_embed {

// Each of these appends a part of a WebAssembly binary (core specification, "Binary Format") to
// bytes.

/// An unsigned LEB128 number.
inline void AppendNumber(std::vector<uint8_t>& bytes, uint64_t value) {
  while (value >= 0x80) {
    bytes.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<uint8_t>(value));
}

/// A signed LEB128 number.
inline void AppendSignedNumber(std::vector<uint8_t>& bytes, int64_t value) {
  while (value < -0x40 || value >= 0x40) {
    bytes.push_back(static_cast<uint8_t>(value | 0x80));
    value >>= 7;
  }
  bytes.push_back(static_cast<uint8_t>(value & 0x7F));
}

inline void AppendBytes(std::vector<uint8_t>& bytes, WasmBytes part) {
  bytes.insert(bytes.end(), part.data, part.data + part.size);
}

}  // namespace wasmedge_embed
