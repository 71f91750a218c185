#include "bindings/instance_object.h"

#include <atomic>
#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bindings/input_object.h"
#include "bindings/instance_messages.h"
#include "bindings/module_object.h"
#include "bindings/to_js.h"
#include "engine/instance_access.h"
#include "engine/instance_start.h"

namespace wasmedge_embed {
namespace {

/// A copy of the content of a JavaScript typed array.
template <typename T, typename Array>
std::vector<T> CopyNumbers(const Napi::Value& value) {
  if (!value.IsTypedArray()) throw Napi::TypeError::New(value.Env(), "Expected a typed array.");
  const auto array = value.As<Array>();
  if (array.ElementSize() != sizeof(T)) {
    throw Napi::TypeError::New(value.Env(), "The typed array has the wrong type.");
  }
  return {reinterpret_cast<const T*>(array.Data()),
          reinterpret_cast<const T*>(array.Data()) + array.ElementLength()};
}

Invocation::Clock::duration ToTimeout(const Napi::Value& value) {
  if (value.IsUndefined()) return Invocation::Clock::duration::max();
  return std::chrono::milliseconds(value.ToNumber().Int64Value());
}

std::vector<uint8_t> TakeBytes(const Napi::Value& value) {
  return InputObject::IsOne(value) ? InputObject::Unwrap(value)->Take() : CopyBytes(value);
}

uint64_t ToUnsigned(const Napi::Value& value) {
  return static_cast<uint64_t>(value.ToNumber().Int64Value());
}

}  // namespace

Napi::Function InstanceObject::Define(Napi::Env env) {
  const Napi::Function constructor =
      DefineClass(env, "Instance",
                  {InstanceMethod<&InstanceObject::Call>("call"),
                   InstanceMethod<&InstanceObject::StopOperation>("stop"),
                   InstanceMethod<&InstanceObject::ReadMemory>("readMemory"),
                   InstanceMethod<&InstanceObject::WriteMemory>("writeMemory"),
                   InstanceMethod<&InstanceObject::MemorySize>("memorySize"),
                   InstanceMethod<&InstanceObject::GrowMemory>("growMemory"),
                   InstanceMethod<&InstanceObject::GetGlobal>("getGlobal"),
                   InstanceMethod<&InstanceObject::SetGlobal>("setGlobal"),
                   InstanceMethod<&InstanceObject::EndWaits>("endWaits"),
                   InstanceMethod<&InstanceObject::Close>("close")});
  AddonData::Get(env).instance_constructor = Napi::Persistent(constructor);
  return constructor;
}

InstanceObject::InstanceObject(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  queue_ = std::exchange(AddonData::Get(info.Env()).new_instance, nullptr);
  if (!queue_) throw Napi::TypeError::New(info.Env(), "Use Module.instantiate().");
}

InstanceObject::~InstanceObject() = default;

Napi::Object InstanceObject::Start(const Napi::Object& owner,
                                   const std::shared_ptr<WorkerPool>& pool,
                                   std::shared_ptr<const Module> module,
                                   const Napi::Object& request) {
  const Napi::Env env = owner.Env();
  AddonData& data = AddonData::Get(env);
  auto args = ToStrings(request.Get("args"));
  auto variables = ToStrings(request.Get("env"));
  const auto timeout = ToTimeout(request.Get("timeoutMs"));
  const bool is_nested = request.Get("isNested").ToBoolean();
  data.new_instance = pool->MakeInstance();
  const Napi::Object object = data.instance_constructor.New({});
  InstanceObject* self = Unwrap(object);
  self->owner_ = Napi::Persistent(owner);
  self->module_ = std::move(module);
  self->pool_ = pool;
  const auto deferred = Napi::Promise::Deferred::New(env);
  auto start = std::make_shared<PendingStart>(std::move(args), std::move(variables), *self,
                                              data.mailbox(), deferred);
  start->timeout = timeout;
  start->is_nested = is_nested;
  Napi::Object started = self->SubmitGuest(env, start, start->host_key);
  started["instance"] = object;
  started["promise"] = deferred.Promise();
  return started;
}

Napi::Value InstanceObject::Call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    CallBatch::Calls calls;
    calls.functions = CopyNumbers<uint32_t, Napi::Uint32Array>(info[0]);
    calls.arguments = CopyNumbers<uint64_t, Napi::Float64Array>(info[1]);
    const auto options = info[2].As<Napi::Object>();
    calls.is_one = options.Get("isOne").ToBoolean();
    calls.keeps_output = options.Get("keepsOutput").ToBoolean();
    calls.stdin_bytes = TakeBytes(options.Get("stdin"));
    const auto timeout = ToTimeout(options.Get("timeoutMs"));
    const bool is_nested = options.Get("isNested").ToBoolean();
    auto settle = Napi::Persistent(info[3].As<Napi::Function>());
    const uint64_t caller = ++last_caller_;
    auto pending = std::make_shared<PendingCalls>(*module_, std::move(calls), *this,
                                                  AddonData::Get(env).mailbox(), caller);
    pending->timeout = timeout;
    pending->is_nested = is_nested;
    const Napi::Object submitted = SubmitGuest(env, pending, pending->host_key);
    callers_.emplace(caller, std::move(settle));
    return submitted;
  });
}

Napi::Value InstanceObject::StopOperation(const Napi::CallbackInfo& info) {
  const std::string reason = info[1].As<Napi::String>();
  if (const std::shared_ptr<WorkerPool> pool = pool_.lock()) {
    pool->Stop(*queue_, ToUnsigned(info[0]),
               reason == "timeout" ? StopReason::kTimeout : StopReason::kAborted);
  }
  return info.Env().Undefined();
}

Napi::Value InstanceObject::Access(Napi::Env env, const Napi::Value& is_nested,
                                   std::function<Found(KeptInstance&)> work) {
  const auto deferred = Napi::Promise::Deferred::New(env);
  auto found = std::make_shared<Found>();
  auto mailbox = AddonData::Get(env).mailbox();
  auto access = std::make_shared<InstanceAccess>(
      [found, work = std::move(work)](KeptInstance& instance) { *found = work(instance); },
      [this, found, deferred, mailbox](std::optional<Error> error) {
        mailbox->Post(
            std::make_unique<AccessMessage>(*this, deferred, std::move(*found), std::move(error)));
      });
  access->is_nested = is_nested.ToBoolean();
  Submit(env, std::move(access));
  return deferred.Promise();
}

Napi::Value InstanceObject::ReadMemory(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    const uint64_t address = ToUnsigned(info[0]);
    const uint64_t length = ToUnsigned(info[1]);
    return Access(info.Env(), info[2], [address, length](KeptInstance& instance) -> Found {
      auto bytes = std::make_shared<std::vector<uint8_t>>(
          wasmedge_embed::ReadMemory(instance, address, length));
      return [bytes](Napi::Env env) { return ToJs(env, std::move(*bytes)); };
    });
  });
}

Napi::Value InstanceObject::WriteMemory(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    const uint64_t address = ToUnsigned(info[0]);
    auto bytes = std::make_shared<const std::vector<uint8_t>>(CopyBytes(info[1]));
    return Access(info.Env(), info[2], [address, bytes](KeptInstance& instance) -> Found {
      wasmedge_embed::WriteMemory(instance, address, *bytes);
      return [](Napi::Env env) { return env.Undefined(); };
    });
  });
}

Napi::Value InstanceObject::MemorySize(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    return Access(info.Env(), info[0], [](KeptInstance& instance) -> Found {
      return [size = static_cast<double>(wasmedge_embed::MemorySize(instance))](Napi::Env env) {
        return Napi::Number::New(env, size);
      };
    });
  });
}

Napi::Value InstanceObject::GrowMemory(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    return Access(info.Env(), info[1],
                  [pages = info[0].ToNumber().Uint32Value()](KeptInstance& instance) -> Found {
                    const auto before =
                        static_cast<double>(wasmedge_embed::GrowMemory(instance, pages));
                    return [before](Napi::Env env) { return Napi::Number::New(env, before); };
                  });
  });
}

Napi::Value InstanceObject::GetGlobal(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    const std::string name = info[0].As<Napi::String>();
    const GlobalType type = module_->RequireExportedGlobal(name);
    return Access(info.Env(), info[1], [name, type](KeptInstance& instance) -> Found {
      const uint64_t bits = wasmedge_embed::GetGlobal(instance, name);
      return [type, bits](Napi::Env env) { return ToJs(env, type.kind, bits); };
    });
  });
}

Napi::Value InstanceObject::SetGlobal(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    const std::string name = info[0].As<Napi::String>();
    const uint64_t bits = ToBits(info[1], module_->RequireExportedGlobal(name).kind);
    return Access(info.Env(), info[2], [name, bits](KeptInstance& instance) -> Found {
      wasmedge_embed::SetGlobal(instance, name, bits);
      return [](Napi::Env env) { return env.Undefined(); };
    });
  });
}

Napi::Value InstanceObject::EndWaits(const Napi::CallbackInfo& info) {
  if (const std::shared_ptr<WorkerPool> pool = pool_.lock()) pool->EndWaits(*queue_);
  return info.Env().Undefined();
}

Napi::Value InstanceObject::Close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const auto deferred = Napi::Promise::Deferred::New(env);
    auto end = std::make_shared<PendingEnd>(*this, AddonData::Get(env).mailbox(), deferred);
    end->is_nested = info[0].ToBoolean();
    Submit(env, std::move(end));
    return deferred.Promise();
  });
}

std::shared_ptr<WorkerPool> InstanceObject::RequirePool() const {
  std::shared_ptr<WorkerPool> pool = pool_.lock();
  if (!pool) throw Error(ErrorCode::kClosed, "closed");
  return pool;
}

Napi::Object InstanceObject::SubmitGuest(Napi::Env env,
                                         const std::shared_ptr<InstanceOperation>& operation,
                                         std::optional<uint64_t>& host_key) {
  HostCalls* const host_calls = ModuleObject::Unwrap(owner_.Value())->host_calls();
  std::optional<HostCalls::Registration> registration;
  if (host_calls != nullptr) {
    registration.emplace(*host_calls, AddonData::Get(env).mailbox());
    operation->exchange = registration->exchange();
    host_key = registration->key();
  }
  Napi::Object submitted = Napi::Object::New(env);
  submitted["ticket"] = static_cast<double>(Submit(env, operation));
  if (registration) submitted["hostKey"] = static_cast<double>(registration->Keep());
  return submitted;
}

void InstanceObject::EndHostCalls(const std::optional<uint64_t>& host_key) {
  if (!host_key) return;
  if (HostCalls* calls = ModuleObject::Unwrap(owner_.Value())->host_calls()) calls->End(*host_key);
}

uint64_t InstanceObject::Submit(Napi::Env env, std::shared_ptr<InstanceOperation> operation) {
  const uint64_t ticket = RequirePool()->Submit(queue_, std::move(operation));
  Ref();
  AddonData::Get(env).mailbox()->Expect(env);
  return ticket;
}

}  // namespace wasmedge_embed
