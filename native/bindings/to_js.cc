#include "bindings/to_js.h"

#include <cstring>
#include <memory>
#include <utility>

namespace wasmedge_embed {
namespace {

// Below this size, copying is cheaper than an external buffer and its finalizer.
constexpr size_t kCopyBytes = 64 * 1024;

Napi::Array ToJs(Napi::Env env, const std::vector<ValueKind>& kinds) {
  Napi::Array array = Napi::Array::New(env, kinds.size());
  for (uint32_t index = 0; index < kinds.size(); ++index)
    array[index] = ValueKindName(kinds[index]);
  return array;
}

}  // namespace

Napi::Error ToJs(Napi::Env env, const Error& error) {
  Napi::Error created = Napi::Error::New(env, error.what());
  created.Set("code", ErrorCodeName(error.code()));
  if (error.code() == ErrorCode::kTrap) created.Set("trap", error.detail());
  if (error.code() == ErrorCode::kLimit) created.Set("limit", error.detail());
  if (error.trace() != nullptr) {
    const auto& [frames, omitted] = *error.trace();
    Napi::Array stack = Napi::Array::New(env, frames.size());
    for (uint32_t index = 0; index < frames.size(); ++index) {
      Napi::Object frame = Napi::Object::New(env);
      // Any bytes: invalid UTF-8 becomes U+FFFD.
      frame["function"] = Napi::String::New(env, frames[index].name);
      frame["index"] = frames[index].index;
      stack[index] = frame;
    }
    created.Set("guestStack", stack);
    if (omitted != 0) created.Set("guestStackOmitted", static_cast<double>(omitted));
  }
  return created;
}

Napi::Object ToJs(Napi::Env env, const Timings& timings) {
  const auto milliseconds = [](Invocation::Clock::duration duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
  };
  Napi::Object object = Napi::Object::New(env);
  object["queueMs"] = milliseconds(timings.queue);
  object["instantiateMs"] = milliseconds(timings.instantiate);
  object["executeMs"] = milliseconds(timings.execute);
  object["inferenceMs"] = milliseconds(timings.inference);
  return object;
}

Napi::Array ToJs(Napi::Env env, const std::vector<ExternalDescription>& externals) {
  Napi::Array array = Napi::Array::New(env, externals.size());
  for (uint32_t index = 0; index < externals.size(); ++index) {
    const ExternalDescription& external = externals[index];
    Napi::Object object = Napi::Object::New(env);
    if (external.module) object["module"] = *external.module;
    object["name"] = external.name;
    object["kind"] = external.kind;
    if (external.signature) {
      object["params"] = ToJs(env, external.signature->params);
      object["results"] = ToJs(env, external.signature->results);
    }
    if (external.global) {
      object["type"] = ValueKindName(external.global->kind);
      object["mutable"] = external.global->is_mutable;
    }
    array[index] = object;
  }
  return array;
}

Napi::Array ToJs(Napi::Env env, const std::vector<InferenceFailure>& failures) {
  Napi::Array array = Napi::Array::New(env, failures.size());
  for (uint32_t index = 0; index < failures.size(); ++index) {
    Napi::Object object = Napi::Object::New(env);
    object["function"] = failures[index].function;
    object["errno"] = failures[index].number;
    object["reason"] = failures[index].reason;
    array[index] = object;
  }
  return array;
}

Napi::Value ToJs(Napi::Env env, std::vector<uint8_t> bytes) {
  if (bytes.size() <= kCopyBytes) {
    return Napi::Buffer<uint8_t>::Copy(env, bytes.data(), bytes.size());
  }
  auto owned = std::make_unique<std::vector<uint8_t>>(std::move(bytes));
  uint8_t* data = owned->data();
  const size_t size = owned->size();
  // Released to the finalizer, which runs even if the runtime copies instead.
  return Napi::Buffer<uint8_t>::NewOrCopy(
      env, data, size,
      [](Napi::Env, uint8_t*, std::vector<uint8_t>* vector) {
        const std::unique_ptr<std::vector<uint8_t>> released(vector);
      },
      owned.release());
}

Napi::Value ToJs(Napi::Env env, ValueKind kind, uint64_t bits) {
  switch (kind) {
    case ValueKind::kI32:
      return Napi::Number::New(env, static_cast<int32_t>(static_cast<uint32_t>(bits)));
    case ValueKind::kI64:
      return Napi::BigInt::New(env, static_cast<int64_t>(bits));
    case ValueKind::kF32: {
      float value;
      const auto low = static_cast<uint32_t>(bits);
      std::memcpy(&value, &low, sizeof value);
      return Napi::Number::New(env, value);
    }
    case ValueKind::kF64: {
      double value;
      std::memcpy(&value, &bits, sizeof value);
      return Napi::Number::New(env, value);
    }
    default:
      return env.Undefined();
  }
}

Napi::Value ToJs(Napi::Env env, const std::vector<ValueKind>& kinds,
                 const std::vector<uint64_t>& bits) {
  if (bits.empty()) return env.Undefined();
  if (bits.size() == 1) return ToJs(env, kinds[0], bits[0]);
  Napi::Array values = Napi::Array::New(env, bits.size());
  for (uint32_t index = 0; index < bits.size(); ++index) {
    values[index] = ToJs(env, kinds[index], bits[index]);
  }
  return values;
}

uint64_t ToBits(const Napi::Value& value, ValueKind kind) {
  switch (kind) {
    case ValueKind::kI32:
      // Signed or unsigned: the low 32 bits are the same.
      return static_cast<uint32_t>(value.ToNumber().Int64Value());
    case ValueKind::kI64: {
      bool lossless = false;
      return value.As<Napi::BigInt>().Uint64Value(&lossless);
    }
    case ValueKind::kF32: {
      const float number = value.ToNumber().FloatValue();
      uint32_t bits;
      std::memcpy(&bits, &number, sizeof bits);
      return bits;
    }
    case ValueKind::kF64: {
      const double number = value.ToNumber().DoubleValue();
      uint64_t bits;
      std::memcpy(&bits, &number, sizeof bits);
      return bits;
    }
    default:
      throw Error(ErrorCode::kInvalidArgument,
                  std::string("Values of type ") + ValueKindName(kind) + " cannot be passed.");
  }
}

ByteView BytesOf(const Napi::Value& value) {
  if (!value.IsTypedArray() || value.As<Napi::TypedArray>().TypedArrayType() != napi_uint8_array) {
    throw Napi::TypeError::New(value.Env(), "Bytes must be a Uint8Array.");
  }
  const auto array = value.As<Napi::Uint8Array>();
  return {array.Data(), array.ByteLength()};
}

std::vector<uint8_t> CopyBytes(const Napi::Value& value) {
  if (value.IsUndefined()) return {};
  const ByteView bytes = BytesOf(value);
  return {bytes.data, bytes.data + bytes.size};
}

std::vector<std::string> ToStrings(const Napi::Value& value) {
  std::vector<std::string> strings;
  const auto array = value.As<Napi::Array>();
  for (uint32_t index = 0; index < array.Length(); ++index) {
    strings.push_back(array.Get(index).As<Napi::String>().Utf8Value());
  }
  return strings;
}

}  // namespace wasmedge_embed
