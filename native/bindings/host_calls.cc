#include "bindings/host_calls.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/addon_data.h"
#include "bindings/memory_access.h"
#include "bindings/to_js.h"

namespace wasmedge_embed {
namespace {

uint64_t ToNumber(const Napi::Value& value) {
  return static_cast<uint64_t>(value.ToNumber().Int64Value());
}

Napi::Array ToArray(Napi::Env env, const std::vector<ValueKind>& kinds,
                    const std::vector<uint64_t>& bits) {
  Napi::Array values = Napi::Array::New(env, bits.size());
  for (uint32_t index = 0; index < bits.size(); ++index) {
    values[index] = ToJs(env, kinds[index], bits[index]);
  }
  return values;
}

std::vector<uint64_t> ToBits(const Napi::Value& values, const std::vector<ValueKind>& kinds) {
  const auto array = values.As<Napi::Array>();
  if (!values.IsArray() || array.Length() != kinds.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                "There must be " + std::to_string(kinds.size()) + " values.");
  }
  std::vector<uint64_t> bits;
  bits.reserve(kinds.size());
  for (uint32_t index = 0; index < kinds.size(); ++index) {
    bits.push_back(ToBits(array.Get(index), kinds[index]));
  }
  return bits;
}

HostAnswer Failure(const std::string& message) {
  HostAnswer answer;
  answer.failure = Error(ErrorCode::kHostFunction, message);
  return answer;
}

/// A guest function that JavaScript has called while the guest waits.
class JsReentry : public Reentry, public std::enable_shared_from_this<JsReentry> {
 public:
  JsReentry(Napi::Env env, std::string function, std::vector<uint64_t> arguments,
            std::vector<ValueKind> results, std::shared_ptr<Mailbox> mailbox)
      : Reentry(std::move(function), std::move(arguments)),
        deferred_(env),
        results_(std::move(results)),
        mailbox_(std::move(mailbox)) {}

  Napi::Promise Promise() const { return deferred_.Promise(); }

  void Finished(ReentryOutcome outcome) override {
    mailbox_->Post(std::make_unique<Done>(shared_from_this(), std::move(outcome)));
  }

 private:
  class Done : public Mailbox::Message {
   public:
    Done(std::shared_ptr<JsReentry> reentry, ReentryOutcome outcome)
        : reentry_(std::move(reentry)), outcome_(std::move(outcome)) {}
    bool IsExpected() const noexcept override { return false; }
    void Deliver(Napi::Env env) override { reentry_->Settle(env, outcome_); }

   private:
    std::shared_ptr<JsReentry> reentry_;
    ReentryOutcome outcome_;
  };

  void Settle(Napi::Env env, const ReentryOutcome& outcome) {
    if (outcome.error) {
      deferred_.Reject(ToJs(env, *outcome.error).Value());
      return;
    }
    Napi::Object settled = Napi::Object::New(env);
    if (outcome.exit_code) {
      settled["exitCode"] = *outcome.exit_code;
    } else {
      settled["results"] = ToArray(env, results_, outcome.results);
    }
    deferred_.Resolve(settled);
  }

  Napi::Promise::Deferred deferred_;
  std::vector<ValueKind> results_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace

/// A call on its way to the main thread.
class HostCallMessage : public Mailbox::Message {
 public:
  HostCallMessage(HostCalls& calls, Mailbox& mailbox, uint64_t key, uint64_t call,
                  uint32_t function, std::vector<uint64_t> arguments)
      : calls_(calls),
        mailbox_(mailbox),
        key_(key),
        call_(call),
        function_(function),
        arguments_(std::move(arguments)) {}

  bool IsExpected() const noexcept override { return false; }
  void Deliver(Napi::Env env) override {
    if (calls_.Deliver(env, key_, call_, function_, arguments_)) mailbox_.LingerForNext();
  }

 private:
  HostCalls& calls_;
  Mailbox& mailbox_;
  const uint64_t key_;
  const uint64_t call_;
  const uint32_t function_;
  const std::vector<uint64_t> arguments_;
};

HostCalls::Registration::Registration(HostCalls& calls, std::shared_ptr<Mailbox> mailbox)
    : calls_(calls), key_(++calls.last_key_) {
  exchange_ = std::make_shared<HostExchange>(
      [&calls, key = key_, mailbox = std::move(mailbox)](uint64_t call, uint32_t function,
                                                         std::vector<uint64_t> arguments) {
        mailbox->Post(std::make_unique<HostCallMessage>(calls, *mailbox, key, call, function,
                                                        std::move(arguments)));
      });
  calls.exchanges_.emplace(key_, exchange_);
}

bool HostCalls::Deliver(Napi::Env env, uint64_t key, uint64_t call, uint32_t function,
                        const std::vector<uint64_t>& arguments) {
  const auto found = exchanges_.find(key);
  if (found == exchanges_.end()) return false;
  // The call may end the invocation, which destroys this.
  const std::shared_ptr<HostExchange> exchange = found->second;
  try {
    // Kept alive here, since the JavaScript that is called may change it.
    const std::shared_ptr<const Module> module = module_;
    const Signature& signature = *module->imports()[function].signature;
    const Napi::Object owner = owner_.Value();
    const Napi::Value receiver = owner.Get("onHostCall");
    if (!receiver.IsFunction()) {
      exchange->Answer(call, Failure("The module has no host functions."));
      return false;
    }
    receiver.As<Napi::Function>().Call(
        owner, {Napi::Number::New(env, static_cast<double>(key)),
                Napi::Number::New(env, static_cast<double>(call)), Napi::Number::New(env, function),
                ToArray(env, signature.params, arguments)});
  } catch (const Napi::Error& error) {
    exchange->Answer(call, Failure("The host function failed: " + error.Message()));
  } catch (const std::bad_alloc&) {
    exchange->Answer(call, Failure("There is not enough memory to call the host function."));
  }
  return exchange->calls_in_a_row() && !exchange->FunctionOf(call);
}

std::shared_ptr<HostExchange> HostCalls::Find(const Napi::Value& key) const {
  const auto found = exchanges_.find(ToNumber(key));
  return found == exchanges_.end() ? nullptr : found->second;
}

std::shared_ptr<HostExchange> HostCalls::Require(const Napi::Value& key) const {
  std::shared_ptr<HostExchange> found = Find(key);
  if (!found) throw Error(ErrorCode::kClosed, "The invocation has ended.");
  return found;
}

Napi::Value HostCalls::Answer(const Napi::CallbackInfo& info) {
  const std::shared_ptr<HostExchange> exchange = Find(info[0]);
  if (!exchange) return info.Env().Undefined();
  const uint64_t call = ToNumber(info[1]);
  const std::optional<uint32_t> function = exchange->FunctionOf(call);
  if (!function) return info.Env().Undefined();
  HostAnswer answer;
  const std::shared_ptr<const Module> module = module_;
  answer.results = ToBits(info[2], module->imports()[*function].signature->results);
  exchange->Answer(call, std::move(answer));
  return info.Env().Undefined();
}

Napi::Value HostCalls::Fail(const Napi::CallbackInfo& info) {
  if (const std::shared_ptr<HostExchange> exchange = Find(info[0])) {
    exchange->Answer(ToNumber(info[1]), Failure(info[2].As<Napi::String>()));
  }
  return info.Env().Undefined();
}

Napi::Value HostCalls::Enter(const Napi::CallbackInfo& info) {
  const std::shared_ptr<HostExchange> exchange = Require(info[0]);
  const uint64_t call = ToNumber(info[1]);
  std::string function = info[2].As<Napi::String>();
  const std::shared_ptr<const Module> module = module_;
  const Signature* signature = module->FindExportedFunction(function);
  if (signature == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "The module exports no function " + function + ".");
  }
  std::vector<uint64_t> arguments = ToBits(info[3], signature->params);
  const auto reentry =
      std::make_shared<JsReentry>(info.Env(), std::move(function), std::move(arguments),
                                  signature->results, AddonData::Get(info.Env()).mailbox());
  const Napi::Promise promise = reentry->Promise();
  try {
    exchange->Enter(call, reentry);
  } catch (const Error& error) {
    // The promise that was created must be settled.
    ReentryOutcome refused;
    refused.error = error;
    reentry->Finished(std::move(refused));
  }
  return promise;
}

Napi::Value HostCalls::ReadMemory(const Napi::CallbackInfo& info) {
  MemoryRequest request{MemoryRequest::Kind::kRead};
  request.address = info[1].ToNumber().Uint32Value();
  request.count = info[2].ToNumber().Uint32Value();
  return Access(info, std::move(request));
}

Napi::Value HostCalls::WriteMemory(const Napi::CallbackInfo& info) {
  MemoryRequest request{MemoryRequest::Kind::kWrite};
  request.address = info[1].ToNumber().Uint32Value();
  request.bytes = CopyBytes(info[2]);
  return Access(info, std::move(request));
}

Napi::Value HostCalls::MemorySize(const Napi::CallbackInfo& info) {
  return Access(info, {MemoryRequest::Kind::kSize});
}

Napi::Value HostCalls::GrowMemory(const Napi::CallbackInfo& info) {
  MemoryRequest request{MemoryRequest::Kind::kGrow};
  request.count = info[1].ToNumber().Uint32Value();
  return Access(info, std::move(request));
}

Napi::Value HostCalls::Access(const Napi::CallbackInfo& info, MemoryRequest request) {
  const Napi::Env env = info.Env();
  return AccessMemory(env, *Require(info[0]), std::move(request), AddonData::Get(env).mailbox());
}

}  // namespace wasmedge_embed
