#include "bindings/input_object.h"

#include <stdexcept>

#include "base/error.h"
#include "bindings/to_js.h"

namespace wasmedge_embed {

Napi::Function InputObject::Define(Napi::Env env) {
  return DefineClass(env, kName, {InstanceMethod<&InputObject::Append>("append")});
}

InputObject::InputObject(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  const double size = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : -1;
  // More than any vector can hold, or not a number.
  if (!(size >= 0 && size < 9007199254740992.0)) {
    throw Napi::TypeError::New(info.Env(), "The size of an input must be a number of bytes.");
  }
  capacity_ = static_cast<size_t>(size);
  try {
    // Not filled: that would take as long as copying.
    bytes_.reserve(capacity_);
  } catch (const std::bad_alloc&) {
    throw ToJs(info.Env(), NotEnoughMemory());
  } catch (const std::length_error&) {
    throw ToJs(info.Env(), NotEnoughMemory());
  }
}

Napi::Value InputObject::Append(const Napi::CallbackInfo& info) {
  const ByteView slice = BytesOf(info[0]);
  if (slice.size > capacity_ - bytes_.size()) {
    throw Napi::RangeError::New(info.Env(), "An input must not have more bytes than announced.");
  }
  bytes_.insert(bytes_.end(), slice.data, slice.data + slice.size);
  return info.Env().Undefined();
}

}  // namespace wasmedge_embed
