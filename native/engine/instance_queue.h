#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "engine/instance_operation.h"
#include "engine/kept_instance.h"

namespace wasmedge_embed {

/// A kept instance with what is to be done with it, in order. Many of them share the threads of a
/// pool, each of which takes one at a time.
class InstanceQueue {
 public:
  InstanceQueue(std::shared_ptr<const Module> module, const GuestOptions& options)
      : instance_(std::move(module), options) {}
  InstanceQueue(const InstanceQueue&) = delete;
  InstanceQueue& operator=(const InstanceQueue&) = delete;

 private:
  friend class WorkerPool;

  /// Of the thread whose turn it is.
  KeptInstance instance_;
  // Guarded by the pool's mutex. The first of them is under way while a thread has its turn.
  std::deque<std::shared_ptr<InstanceOperation>> operations_;
  /// Whether it is in the pool's line, or has a thread.
  bool is_lined_up_ = false;
  /// How many of its operations a guest waits for.
  size_t nested_ = 0;
  /// Whether what waits for the embedder ends.
  bool ends_waits_ = false;
};

}  // namespace wasmedge_embed
