#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "bindings/mailbox.h"
#include "bindings/memory_access.h"
#include "engine/module.h"
#include "host/host_exchange.h"

namespace wasmedge_embed {

/// The invocations of one module whose guests may call JavaScript functions, each with a key. Main
/// thread only.
///
/// A call is passed to the function `onHostCall` of the module's JavaScript object, which calls
/// this class's functions with the same key to answer it. The object holds that function, rather
/// than this class, so that an unreferenced module can be collected.
class HostCalls {
 public:
  /// `owner` is the module's JavaScript object, which outlives the invocations that it has started.
  HostCalls(const Napi::Reference<Napi::Object>& owner, std::shared_ptr<const Module> module)
      : owner_(owner), module_(std::move(module)) {}
  HostCalls(const HostCalls&) = delete;
  HostCalls& operator=(const HostCalls&) = delete;

  /// An invocation that is about to start: removed when this is destroyed, unless kept.
  class Registration {
   public:
    /// The messages of its calls precede that of its end.
    Registration(HostCalls& calls, std::shared_ptr<Mailbox> mailbox);
    ~Registration() {
      if (!is_kept_) calls_.End(key_);
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    uint64_t key() const noexcept { return key_; }
    const std::shared_ptr<HostExchange>& exchange() const noexcept { return exchange_; }
    /// It has started, and must be ended with its key.
    uint64_t Keep() noexcept {
      is_kept_ = true;
      return key_;
    }

   private:
    HostCalls& calls_;
    const uint64_t key_;
    std::shared_ptr<HostExchange> exchange_;
    bool is_kept_ = false;
  };

  /// The same module in another form, with the same imports and exports.
  void ChangeModule(std::shared_ptr<const Module> module) { module_ = std::move(module); }

  /// An invocation has ended.
  void End(uint64_t key) { exchanges_.erase(key); }

  // Called by JavaScript: (key, …), as lib/addon/native.ts declares them.
  Napi::Value Answer(const Napi::CallbackInfo& info);
  Napi::Value Fail(const Napi::CallbackInfo& info);
  Napi::Value Enter(const Napi::CallbackInfo& info);
  Napi::Value ReadMemory(const Napi::CallbackInfo& info);
  Napi::Value WriteMemory(const Napi::CallbackInfo& info);
  Napi::Value MemorySize(const Napi::CallbackInfo& info);
  Napi::Value GrowMemory(const Napi::CallbackInfo& info);

 private:
  friend class HostCallMessage;

  /// Returns whether the call is answered and the next one is likely to follow at once.
  bool Deliver(Napi::Env env, uint64_t key, uint64_t call, uint32_t function,
               const std::vector<uint64_t>& arguments);
  /// Null if there is none with this key.
  std::shared_ptr<HostExchange> Find(const Napi::Value& key) const;
  /// Throws `Error(kClosed)` if there is none.
  std::shared_ptr<HostExchange> Require(const Napi::Value& key) const;
  Napi::Value Access(const Napi::CallbackInfo& info, MemoryRequest request);

  const Napi::Reference<Napi::Object>& owner_;
  std::shared_ptr<const Module> module_;
  std::unordered_map<uint64_t, std::shared_ptr<HostExchange>> exchanges_;
  uint64_t last_key_ = 0;
};

}  // namespace wasmedge_embed
