#pragma once

#include "engine/handle.h"

namespace wasmedge_embed {

/// Stops what an executor interprets.
///
/// The only way that WasmEdge's C API has is to cancel an asynchronous call, and cancelling one
/// asks its executor to stop whatever it interprets. So one call of a function that does nothing is
/// made and kept, to be cancelled in place of the guest's.
class InterpreterStop {
 public:
  InterpreterStop(const wasmedge::Api& api, wasmedge::ExecutorContext* executor);
  InterpreterStop(const InterpreterStop&) = delete;
  InterpreterStop& operator=(const InterpreterStop&) = delete;

  /// From any thread.
  void Request() noexcept;

  /// Forgets a request that came too late, on the executor's thread: it would stop the next guest.
  void Clear() noexcept;

 private:
  const wasmedge::Api& api_;
  wasmedge::ExecutorContext* executor_;
  FunctionInstanceHandle nothing_;
  AsyncHandle call_;
};

}  // namespace wasmedge_embed
