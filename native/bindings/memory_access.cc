#include "bindings/memory_access.h"

#include <optional>
#include <utility>

#include "base/error.h"
#include "bindings/to_js.h"

namespace wasmedge_embed {
namespace {

using Kind = MemoryRequest::Kind;

/// A request that any thread may perform; if it is another one, the main thread is notified.
class Access : public MemoryOperation, public std::enable_shared_from_this<Access> {
 public:
  explicit Access(MemoryRequest request) : request_(std::move(request)) {}

  /// Settled when another thread has performed the request and notified the mailbox.
  Napi::Promise Promise(Napi::Env env, const std::shared_ptr<Mailbox>& mailbox) {
    mailbox_ = mailbox;
    return deferred_.emplace(env).Promise();
  }

  void Perform(WaitingMemory& memory) noexcept override {
    try {
      found_ = PerformOn(memory, request_);
    } catch (const Error& error) {
      error_ = error;
    } catch (const std::bad_alloc&) {
      error_ = NotEnoughMemory(" to read the guest's");
    }
  }

  void Finished(bool is_abandoned) override {
    if (is_abandoned) error_ = Error(ErrorCode::kClosed, "The invocation has ended.");
    mailbox_->Post(std::make_unique<Done>(shared_from_this()));
  }

  /// Throws `Error` if it could not be performed.
  Napi::Value TakeResult(Napi::Env env) {
    if (error_) throw Error(*error_);
    switch (request_.kind) {
      case Kind::kRead:
        return ToJs(env, std::move(found_.bytes));
      case Kind::kSize:
      case Kind::kGrow:
        return Napi::Number::New(env, static_cast<double>(found_.number));
      case Kind::kWrite:
        break;
    }
    return env.Undefined();
  }

  void Settle(Napi::Env env) {
    try {
      deferred_->Resolve(TakeResult(env));
    } catch (const Error& error) {
      deferred_->Reject(ToJs(env, error).Value());
    } catch (const Napi::Error& error) {
      deferred_->Reject(error.Value());
    }
  }

 private:
  class Done : public Mailbox::Message {
   public:
    explicit Done(std::shared_ptr<Access> access) : access_(std::move(access)) {}
    bool IsExpected() const noexcept override { return false; }
    void Deliver(Napi::Env env) override { access_->Settle(env); }

   private:
    std::shared_ptr<Access> access_;
  };

  const MemoryRequest request_;
  MemoryFound found_;
  std::optional<Error> error_;
  std::optional<Napi::Promise::Deferred> deferred_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace

Napi::Value AccessMemory(Napi::Env env, HostExchange& exchange, MemoryRequest request,
                         const std::shared_ptr<Mailbox>& mailbox) {
  const auto access = std::make_shared<Access>(std::move(request));
  if (exchange.TryAccess(*access)) return access->TakeResult(env);
  const Napi::Promise promise = access->Promise(env, mailbox);
  // The guest has begun to wait in the meantime.
  if (exchange.Access(access)) access->Settle(env);
  return promise;
}

}  // namespace wasmedge_embed
