#pragma once

#include <cstddef>

#include "engine/handle.h"

namespace wasmedge_embed {

/// Stops an executor's interpreter.
///
/// WasmEdge's C API can only do this by cancelling an asynchronous call, which makes the executor
/// stop whatever it interprets. So one call of a function that does nothing is made and kept, to be
/// cancelled in place of the guest's.
class InterpreterStop {
 public:
  /// `largest_block`: the most bytes that a guest's call stack and tables may occupy in one block.
  InterpreterStop(const wasmedge::Api& api, wasmedge::ExecutorContext* executor,
                  size_t largest_block);
  InterpreterStop(const InterpreterStop&) = delete;
  InterpreterStop& operator=(const InterpreterStop&) = delete;

  size_t largest_block() const noexcept { return largest_block_; }

  /// From any thread.
  void Request() noexcept;

  /// On the executor's thread: clears a request that came too late and would stop the next guest.
  void Clear() noexcept;

 private:
  const wasmedge::Api& api_;
  wasmedge::ExecutorContext* executor_;
  size_t largest_block_;
  FunctionInstanceHandle nothing_;
  AsyncHandle call_;
};

}  // namespace wasmedge_embed
