#pragma once

#include <napi.h>

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "bindings/to_js.h"

namespace wasmedge_embed {

/// Runs `work` on a thread of Node's pool, passes its result to `convert` on the main thread, and
/// settles a promise with what that returns. `work` must not touch JavaScript values: what it needs
/// is in its captures, converted before.
template <typename Result>
class Background : public Napi::AsyncWorker {
 public:
  using Work = std::function<Result()>;
  using Convert = std::function<Napi::Value(Napi::Env, Result)>;

  static Napi::Promise Start(Napi::Env env, Work work, Convert convert) {
    auto worker = std::make_unique<Background>(env, std::move(work), std::move(convert));
    const Napi::Promise promise = worker->deferred_.Promise();
    // From here on, it owns itself and is deleted after the promise is settled.
    worker.release()->Queue();
    return promise;
  }

  Background(Napi::Env env, Work work, Convert convert)
      : Napi::AsyncWorker(env),
        deferred_(env),
        work_(std::move(work)),
        convert_(std::move(convert)) {}

 private:
  void Execute() override {
    try {
      result_.emplace(work_());
    } catch (const Error& error) {
      error_ = error;
    } catch (const std::bad_alloc&) {
      error_ = NotEnoughMemory();
    } catch (const std::exception& error) {
      SetError(error.what());
    }
  }

  void OnOK() override {
    if (error_) {
      deferred_.Reject(ToJs(Env(), *error_).Value());
      return;
    }
    try {
      deferred_.Resolve(convert_(Env(), std::move(*result_)));
    } catch (const Error& error) {
      deferred_.Reject(ToJs(Env(), error).Value());
    } catch (const std::bad_alloc&) {
      deferred_.Reject(ToJs(Env(), NotEnoughMemory()).Value());
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    }
  }

  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

  Napi::Promise::Deferred deferred_;
  Work work_;
  Convert convert_;
  std::optional<Result> result_;
  std::optional<Error> error_;
};

}  // namespace wasmedge_embed
