#pragma once

#include <napi.h>

#include <memory>

#include "bindings/tagged_wrap.h"
#include "compile/compile_turn.h"

namespace wasmedge_embed {

/// A place in the queue of untrusted modules, for JavaScript; given up by `leave`, and at the end
/// of the environment. Declared with its documentation in lib/addon/native.ts.
class CompileTurnObject : public TaggedWrap<CompileTurnObject> {
 public:
  static constexpr napi_type_tag kTag = {0x35c8e1f7096a4db2, 0xa9f7024d6e83b15c};
  static constexpr char kName[] = "CompileTurn";

  static Napi::Function Define(Napi::Env env);

  /// Joins the queue.
  explicit CompileTurnObject(const Napi::CallbackInfo& info);
  CompileTurnObject(const CompileTurnObject&) = delete;
  CompileTurnObject& operator=(const CompileTurnObject&) = delete;

 private:
  Napi::Value IsFirst(const Napi::CallbackInfo& info);
  Napi::Value Leave(const Napi::CallbackInfo& info);

  std::unique_ptr<CompileTurn> turn_;
};

}  // namespace wasmedge_embed
