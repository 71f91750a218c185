#pragma once

#include <cstddef>

#include "engine/handle.h"

namespace wasmedge_embed {

/// Stops what an executor interprets.
///
/// The only way that WasmEdge's C API has is to cancel an asynchronous call, and cancelling one
/// asks its executor to stop whatever it interprets. So one call of a function that does nothing is
/// made and kept, to be cancelled in place of the guest's.
class InterpreterStop {
 public:
  /// `largest_block`: bytes of memory at once that a guest's call stack and tables may come to.
  InterpreterStop(const wasmedge::Api& api, wasmedge::ExecutorContext* executor,
                  size_t largest_block);
  InterpreterStop(const InterpreterStop&) = delete;
  InterpreterStop& operator=(const InterpreterStop&) = delete;

  size_t largest_block() const noexcept { return largest_block_; }

  /// From any thread.
  void Request() noexcept;

  /// Forgets a request that came too late, on the executor's thread: it would stop the next guest.
  void Clear() noexcept;

 private:
  const wasmedge::Api& api_;
  wasmedge::ExecutorContext* executor_;
  size_t largest_block_;
  FunctionInstanceHandle nothing_;
  AsyncHandle call_;
};

}  // namespace wasmedge_embed
