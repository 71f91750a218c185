#include "engine/interpreter_stop.h"

namespace wasmedge_embed {
namespace {

wasmedge::Result DoNothing(void*, void*, const wasmedge::CallingFrameContext*,
                           const wasmedge::Value*, uint32_t, wasmedge::Value*, uint32_t) {
  return wasmedge::kSuccess;
}

}  // namespace

InterpreterStop::InterpreterStop(const wasmedge::Api& api, wasmedge::ExecutorContext* executor,
                                 size_t largest_block)
    : api_(api), executor_(executor), largest_block_(largest_block) {
  const FunctionTypeHandle type =
      Own<FunctionTypeHandle>(api, api.FunctionTypeCreate(nullptr, 0, nullptr, 0));
  nothing_ = Own<FunctionInstanceHandle>(
      api, api.FunctionInstanceCreateBinding(type.get(), &DoNothing, nullptr, nullptr, 0));
  call_ = Own<AsyncHandle>(api, api.ExecutorAsyncInvoke(executor, nothing_.get(), nullptr, 0));
  // Its thread must have left the executor before a guest enters.
  api.AsyncWait(call_.get());
}

void InterpreterStop::Request() noexcept { api_.AsyncCancel(call_.get()); }

void InterpreterStop::Clear() noexcept {
  // Entering a function clears the request, if there is one.
  api_.ExecutorInvoke(executor_, nothing_.get(), nullptr, 0, nullptr, 0);
}

}  // namespace wasmedge_embed
