#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <utility>

#include "engine/instance_operation.h"
#include "engine/kept_instance.h"

namespace wasmedge_embed {

/// A kept instance and its pending operations, in order. Many of them share the threads of a pool,
/// each of which works on one at a time.
class InstanceQueue {
 public:
  InstanceQueue(std::shared_ptr<const Module> module, const GuestOptions& options)
      : instance_(std::move(module), options) {}
  InstanceQueue(const InstanceQueue&) = delete;
  InstanceQueue& operator=(const InstanceQueue&) = delete;

 private:
  friend class WorkerPool;

  /// Used by the thread of the current turn.
  KeptInstance instance_;
  // Guarded by the pool's mutex. During a turn, the first one is in progress.
  std::deque<std::shared_ptr<InstanceOperation>> operations_;
  /// Whether it is in the pool's queue or has a thread.
  bool is_lined_up_ = false;
  /// The number of its operations that a guest waits for.
  size_t nested_ = 0;
  /// Whether operations that wait for the embedder are ended.
  bool ends_waits_ = false;
};

}  // namespace wasmedge_embed
