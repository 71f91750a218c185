#pragma once

#include <napi.h>

#include <memory>

#include "engine/compile_turn.h"

namespace wasmedge_embed {

/// A place in the queue of untrusted modules, as JavaScript holds it; given up with `leave`, and
/// with the environment. Declared with its documentation in lib/native.ts.
class CompileTurnObject : public Napi::ObjectWrap<CompileTurnObject> {
 public:
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
