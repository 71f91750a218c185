#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/invocation.h"
#include "engine/module.h"

namespace wasmedge_embed {

/// A JavaScript Error with `code` and, if the error has them, `trap` or `limit`.
Napi::Error ToJs(Napi::Env env, const Error& error);

/// The duration of each part of an invocation.
struct Timings {
  Invocation::Clock::duration queue{0};
  Invocation::Clock::duration instantiate{0};
  Invocation::Clock::duration execute{0};
  Invocation::Clock::duration inference{0};
};

/// { queueMs, instantiateMs, executeMs, inferenceMs }
Napi::Object ToJs(Napi::Env env, const Timings& timings);

/// [{ module?, name, kind, params?, results?, type?, mutable? }]
Napi::Array ToJs(Napi::Env env, const std::vector<ExternalDescription>& externals);

/// [{ function, errno, reason }]
Napi::Array ToJs(Napi::Env env, const std::vector<InferenceFailure>& failures);

/// A Buffer that takes over the bytes; small ones are copied.
Napi::Value ToJs(Napi::Env env, std::vector<uint8_t> bytes);

/// A value according to its type: number, or bigint for i64.
Napi::Value ToJs(Napi::Env env, ValueKind kind, uint64_t bits);

/// A function's return value: undefined, a single result, or an array of several.
Napi::Value ToJs(Napi::Env env, const std::vector<ValueKind>& kinds,
                 const std::vector<uint64_t>& bits);

/// The raw bits of an argument according to its type. TypeScript has checked the type of the value.
uint64_t ToBits(const Napi::Value& value, ValueKind kind);

/// Bytes owned by JavaScript: valid until it runs again.
struct ByteView {
  const uint8_t* data;
  size_t size;
};

/// The bytes of a Uint8Array; throws a TypeError for anything else.
ByteView BytesOf(const Napi::Value& value);

/// A copy of a Uint8Array's bytes; empty for undefined.
std::vector<uint8_t> CopyBytes(const Napi::Value& value);

std::vector<std::string> ToStrings(const Napi::Value& value);

/// Runs the body of a native function; an `Error` becomes a JavaScript exception with its code.
/// (node-addon-api turns other exceptions into ones without a code.)
template <typename Body>
Napi::Value Guard(Napi::Env env, Body body) {
  try {
    return body();
  } catch (const Error& error) {
    throw ToJs(env, error);
  } catch (const std::bad_alloc&) {
    throw ToJs(env, NotEnoughMemory());
  }
}

}  // namespace wasmedge_embed
