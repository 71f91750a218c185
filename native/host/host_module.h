#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/guest_memory.h"
#include "base/invocation.h"
#include "base/wasmedge_types.h"

namespace wasmedge_embed {

/// How a host function ends: the guest continues with the results; the guest exits normally
/// (`proc_exit`); or the invocation fails with `Invocation::failure`.
enum class HostOutcome { kReturn, kExit, kFail };

/// A call of a host function: its arguments, its results and the caller's memory. On the stack for
/// the duration of the call.
class HostCall {
 public:
  /// `function` is the name of the host function.
  HostCall(const char* function, GuestMemory memory, Invocation& invocation,
           const wasmedge::Value* params, wasmedge::Value* results) noexcept
      : function_(function),
        memory_(memory),
        invocation_(invocation),
        params_(params),
        results_(results) {}
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  const char* function() const noexcept { return function_; }
  const GuestMemory& memory() const noexcept { return memory_; }
  Invocation& invocation() const noexcept { return invocation_; }

  /// The argument at `index`. The engine has checked the number and types against the signature.
  uint32_t I32(size_t index) const noexcept { return static_cast<uint32_t>(params_[index].bits); }
  uint64_t I64(size_t index) const noexcept { return static_cast<uint64_t>(params_[index].bits); }

  double F64(size_t index) const noexcept {
    const uint64_t bits = I64(index);
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }

  /// Sets the only result. Only its bits: WasmEdge takes the type from the function's signature.
  HostOutcome ReturnI32(uint32_t value) noexcept {
    results_[0].bits = value;
    return HostOutcome::kReturn;
  }
  HostOutcome ReturnI64(uint64_t value) noexcept {
    results_[0].bits = value;
    return HostOutcome::kReturn;
  }
  HostOutcome ReturnF64(double value) noexcept {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    return ReturnI64(bits);
  }

 private:
  const char* function_;
  GuestMemory memory_;
  Invocation& invocation_;
  const wasmedge::Value* params_;
  wasmedge::Value* results_;
};

/// A host function of a module whose state is a `State`.
///
/// `signature` is the WebAssembly type with one letter per value: parameters, ':', results; `i`
/// i32, `I` i64, `f` f32, `F` f64. "iiIi:i" is (i32, i32, i64, i32) -> i32; "i:" returns nothing.
///
/// `call` may throw: `Error` makes the invocation fail with it, `std::bad_alloc` causes a trap that
/// names the function. It never keeps a pointer into the guest's memory.
template <typename State>
struct HostFunction {
  const char* name;
  const char* signature;
  HostOutcome (*call)(State& state, HostCall& call);
};

/// A host module: its import name and its functions. Several may have the same name and different
/// types; these are adjacent. One constant table for the whole process; the state belongs to the
/// slot that runs the guest and is reset before each invocation.
template <typename State>
struct HostModule {
  const char* name;
  std::vector<HostFunction<State>> functions;
};

}  // namespace wasmedge_embed
