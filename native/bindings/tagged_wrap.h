#pragma once

#include <napi.h>

#include <string>

namespace wasmedge_embed {

/// A JavaScript object that wraps a C++ one, with a tag that identifies the class: JavaScript may
/// call any of our functions with any receiver and any arguments, and Node-API itself returns a
/// wrapped object as any type that is requested.
///
/// `Self` has `kTag`, a number that no other library uses, and `kName`.
template <typename Self>
class TaggedWrap : public Napi::ObjectWrap<Self> {
 public:
  explicit TaggedWrap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<Self>(info) {
    info.This().As<Napi::Object>().TypeTag(&Self::kTag);
  }

  static bool IsOne(const Napi::Value& value) {
    return value.IsObject() && value.As<Napi::Object>().CheckTypeTag(&Self::kTag);
  }

  /// Throws a TypeError if it is of another class. Methods and accessors call this for their
  /// receiver; it hides the function that it replaces.
  static Self* Unwrap(const Napi::Value& value) {
    if (!IsOne(value)) {
      throw Napi::TypeError::New(value.Env(), std::string("This is not a ") + Self::kName + ".");
    }
    return Napi::ObjectWrap<Self>::Unwrap(value.As<Napi::Object>());
  }
};

}  // namespace wasmedge_embed
