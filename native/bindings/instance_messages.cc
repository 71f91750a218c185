#include "bindings/instance_messages.h"

#include <cstring>
#include <utility>

#include "bindings/to_js.h"

namespace wasmedge_embed {
namespace {

/// Settles the promise with `make`, even if that throws.
template <typename Make>
void Settle(Napi::Env env, const Napi::Promise::Deferred& deferred, Make make) {
  try {
    deferred.Resolve(make());
  } catch (const Error& error) {
    deferred.Reject(ToJs(env, error).Value());
  } catch (const Napi::Error& error) {
    deferred.Reject(error.Value());
  } catch (const std::bad_alloc&) {
    deferred.Reject(ToJs(env, NotEnoughMemory()).Value());
  }
}

}  // namespace

void PendingCalls::Progressed() noexcept {
  if (is_told_.exchange(true)) return;
  mailbox_->Post(std::make_unique<CallMessage>(shared_from_this(), false));
}

void PendingCalls::Ended() noexcept {
  mailbox_->Post(std::make_unique<CallMessage>(shared_from_this(), true));
}

void CallMessage::Deliver(Napi::Env env) {
  InstanceObject& instance = calls_->instance_;
  // Calls that return from now on have another message.
  calls_->is_told_.store(false);
  const auto caller = instance.callers_.find(calls_->caller_);
  const Napi::Function settle = caller->second.Value();
  if (is_end_) {
    instance.callers_.erase(caller);
    instance.EndHostCalls(calls_->host_key);
    instance.EndWork();
  }
  CallBatch::Progress progress = calls_->Take(is_end_);
  const size_t bytes = progress.results.size() * sizeof(uint64_t);
  Napi::ArrayBuffer results = Napi::ArrayBuffer::New(env, bytes);
  if (bytes != 0) std::memcpy(results.Data(), progress.results.data(), bytes);
  // A Buffer costs as much as several calls, and most calls write nothing.
  const auto output = [env](std::vector<uint8_t> bytes) -> Napi::Value {
    if (bytes.empty()) return env.Undefined();
    return ToJs(env, std::move(bytes));
  };
  settle.Call({Napi::Number::New(env, static_cast<double>(progress.calls)), results,
               output(std::move(progress.stdout_bytes)), output(std::move(progress.stderr_bytes)),
               is_end_ ? Ending(env) : env.Undefined()});
}

Napi::Value CallMessage::Ending(Napi::Env env) const {
  const wasmedge_embed::Ending& ending = calls_->ending();
  Napi::Object told = Napi::Object::New(env);
  if (ending.error) told["error"] = ToJs(env, *ending.error).Value();
  if (ending.exited) told["exitCode"] = ending.exit_code;
  told["hasEnded"] = calls_->has_ended_instance();
  Timings timings;
  timings.queue = calls_->queue_time();
  timings.execute = calls_->execute_time();
  timings.inference = calls_->inference_time();
  told["timings"] = ToJs(env, timings);
  if (!calls_->inference_failures().empty()) {
    told["inferenceFailures"] = ToJs(env, calls_->inference_failures());
  }
  return told;
}

void PendingStart::Ended() noexcept {
  mailbox_->Post(std::make_unique<StartMessage>(shared_from_this()));
}

void StartMessage::Deliver(Napi::Env env) {
  Settle(env, start_->deferred_, [&]() -> Napi::Value {
    Outcome& outcome = start_->outcome();
    Timings timings;
    timings.queue = start_->queue_time();
    timings.instantiate = outcome.instantiate_time;
    timings.inference = outcome.inference_time;
    Napi::Object told = outcome.error ? ToJs(env, *outcome.error).Value() : Napi::Object::New(env);
    told["stdout"] = ToJs(env, std::move(outcome.stdout_bytes));
    told["stderr"] = ToJs(env, std::move(outcome.stderr_bytes));
    told["timings"] = ToJs(env, timings);
    if (outcome.error) throw Napi::Error(env, told);
    told["exitCode"] = outcome.exit_code;
    told["exited"] = outcome.exited;
    return told;
  });
  start_->instance_.EndHostCalls(start_->host_key);
  start_->instance_.EndWork();
}

void AccessMessage::Deliver(Napi::Env env) {
  Settle(env, deferred_, [&]() -> Napi::Value {
    if (error_) throw *error_;
    return found_(env);
  });
  instance_.EndWork();
}

void PendingEnd::Ended() noexcept {
  mailbox_->Post(std::make_unique<AccessMessage>(
      instance_, deferred_, [](Napi::Env env) { return env.Undefined(); }, std::nullopt));
}

}  // namespace wasmedge_embed
