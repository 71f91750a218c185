#pragma once

#include <napi.h>

#include <string>

namespace wasmedge_embed {

/// An object that carries a C++ one, with a tag that tells of which class: JavaScript may call any
/// function of ours with any receiver and any arguments, and Node-API itself gives what is wrapped
/// as whatever type is asked for.
///
/// `Self` has `kTag`, a number of its own that no other library makes up, and `kName`.
template <typename Self>
class TaggedWrap : public Napi::ObjectWrap<Self> {
 public:
  explicit TaggedWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Self>(info) {
    info.This().As<Napi::Object>().TypeTag(&Self::kTag);
  }

  static bool IsOne(const Napi::Value& value) {
    return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&Self::kTag);
  }

  /// Throws a TypeError when it is another. Methods and accessors ask this for their receiver: it
  /// hides what it stands for.
  static Self* Unwrap(const Napi::Value& value) {
    if (!IsOne(value)) {
      throw Napi::TypeError::New(value.Env(), std::string("This is not a ") + Self::kName + ".");
    }
    return Napi::ObjectWrap<Self>::Unwrap(value.As<Napi::Object>());
  }
};

}  // namespace wasmedge_embed
