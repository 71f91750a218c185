#pragma once

#include <string>
#include <vector>

#include "engine/wasmedge_api.h"

namespace wasmedge_embed {

/// A WebAssembly value type. `kOther` stands for reference types beyond funcref and externref.
enum class ValueKind { kI32, kI64, kF32, kF64, kV128, kFuncRef, kExternRef, kOther };

const char* ValueKindName(ValueKind kind) noexcept;

/// Whether it is i32, i64, f32 or f64.
bool IsNumber(ValueKind kind) noexcept;

/// A function's type.
struct Signature {
  std::vector<ValueKind> params;
  std::vector<ValueKind> results;

  bool operator==(const Signature& other) const noexcept {
    return params == other.params && results == other.results;
  }

  /// In the order of WebAssembly's text format: "(i32, i64) -> i32"; "() -> ()" without values.
  std::string ToString() const;
};

/// Parses the form with one letter per type in which host modules declare their types: "iiIi:i".
Signature ParseSignature(const char* letters);

/// Reads a type from the library.
Signature ReadSignature(const wasmedge::Api& api, const wasmedge::FunctionTypeContext* type);

/// The kind of one of the library's value types.
ValueKind ReadValueKind(const wasmedge::Api& api, wasmedge::ValueType type);

/// The library's value type. Only for numbers.
wasmedge::ValueType MakeValueType(const wasmedge::Api& api, ValueKind kind);

}  // namespace wasmedge_embed
