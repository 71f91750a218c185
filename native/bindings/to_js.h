#pragma once

#include <napi.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/invocation.h"
#include "engine/module.h"

namespace wasmedge_embed {

/// A JavaScript Error with `code` and, where the error carries them, `trap` or `limit`.
Napi::Error ToJs(Napi::Env env, const Error& error);

/// How long the parts of an invocation took.
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

/// A Buffer over bytes that it takes over; small ones are copied.
Napi::Value ToJs(Napi::Env env, std::vector<uint8_t> bytes);

/// A value by its type: number, or bigint for i64.
Napi::Value ToJs(Napi::Env env, ValueKind kind, uint64_t bits);

/// What a function returned: undefined, its one result, or an array of several.
Napi::Value ToJs(Napi::Env env, const std::vector<ValueKind>& kinds,
                 const std::vector<uint64_t>& bits);

/// The raw bits of an argument by its type. The value's type has been checked in TypeScript.
uint64_t ToBits(const Napi::Value& value, ValueKind kind);

/// Bytes that JavaScript owns: good until it runs again.
struct ByteView {
  const uint8_t* data;
  size_t size;
};

/// A Uint8Array's bytes; throws a TypeError for anything else.
ByteView BytesOf(const Napi::Value& value);

/// A copy of a Uint8Array's bytes; none for undefined.
std::vector<uint8_t> CopyBytes(const Napi::Value& value);

std::vector<std::string> ToStrings(const Napi::Value& value);

/// Runs the body of a native function; an `Error` out of it becomes a JavaScript exception with its
/// code. (Whatever else is thrown becomes one without, by node-addon-api.)
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
