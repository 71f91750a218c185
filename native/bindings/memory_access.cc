#include "bindings/memory_access.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "bindings/to_js.h"

namespace wasmedge_embed {
namespace {

using Kind = MemoryRequest::Kind;

constexpr uint64_t kPageSize = 65'536;

// In the words of lib/host/guest-memory.ts.
Error OutsideOfMemory(uint64_t length, uint32_t address, uint64_t size) {
  return Error(ErrorCode::kInvalidArgument,
               std::to_string(length) + " bytes at the address " + std::to_string(address) +
                   " are not inside the guest's memory of " + std::to_string(size) + " bytes.");
}

/// A request that is carried out on whatever thread; the main thread is told where it is another.
class Access : public MemoryOperation, public std::enable_shared_from_this<Access> {
 public:
  explicit Access(MemoryRequest request) : request_(std::move(request)) {}

  /// To be settled when it was carried out by another thread, which tells the mailbox.
  Napi::Promise Promise(Napi::Env env, const std::shared_ptr<Mailbox>& mailbox) {
    mailbox_ = mailbox;
    return deferred_.emplace(env).Promise();
  }

  void Perform(WaitingMemory& memory) noexcept override {
    try {
      PerformOn(memory);
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

  /// Throws `Error` when it could not be carried out.
  Napi::Value TakeResult(Napi::Env env) {
    if (error_) throw Error(*error_);
    switch (request_.kind) {
      case Kind::kRead:
        return ToJs(env, std::move(request_.bytes));
      case Kind::kSize:
      case Kind::kGrow:
        return Napi::Number::New(env, static_cast<double>(number_));
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

  void PerformOn(WaitingMemory& memory) {
    const GuestMemory view = memory.View();
    auto& [kind, address, count, bytes] = request_;
    ByteSpan range;
    switch (kind) {
      case Kind::kRead:
        if (!view.Range(address, count, &range)) {
          throw OutsideOfMemory(count, address, view.size());
        }
        bytes.assign(range.data, range.data + range.size);
        return;
      case Kind::kWrite:
        if (!view.Range(address, bytes.size(), &range)) {
          throw OutsideOfMemory(bytes.size(), address, view.size());
        }
        std::copy(bytes.begin(), bytes.end(), range.data);
        return;
      case Kind::kSize:
        number_ = view.size();
        return;
      case Kind::kGrow:
        number_ = view.size() / kPageSize;
        if (memory.Grow(count)) return;
        throw Error(ErrorCode::kLimit,
                    "The guest's memory of " + std::to_string(number_) + " pages cannot grow by " +
                        std::to_string(count) +
                        ": limits.memoryPages or the module's maximum is lower, or it has none.",
                    "memoryPages");
    }
  }

  MemoryRequest request_;
  std::optional<Error> error_;
  uint64_t number_ = 0;
  std::optional<Napi::Promise::Deferred> deferred_;
  std::shared_ptr<Mailbox> mailbox_;
};

}  // namespace

Napi::Value AccessMemory(Napi::Env env, HostExchange& exchange, MemoryRequest request,
                         const std::shared_ptr<Mailbox>& mailbox) {
  const auto access = std::make_shared<Access>(std::move(request));
  if (exchange.TryAccess(*access)) return access->TakeResult(env);
  const Napi::Promise promise = access->Promise(env, mailbox);
  // It waits by now.
  if (exchange.Access(access)) access->Settle(env);
  return promise;
}

}  // namespace wasmedge_embed
