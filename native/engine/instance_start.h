#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/instance_operation.h"

namespace wasmedge_embed {

/// Makes an instance that is kept: the first of its operations.
class InstanceStart : public InstanceOperation {
 public:
  InstanceStart(std::vector<std::string> args, std::vector<std::string> env)
      : args_(std::move(args)), env_(std::move(env)) {}

  bool NeedsLive() const noexcept override { return false; }
  bool Work(InstanceTurn& turn, Invocation& invocation) noexcept override;
  void Refuse(const Error& reason) noexcept override;

 protected:
  /// The instance is there, or how making it ended is in the outcome. On whatever thread, once.
  virtual void Ended() noexcept = 0;

  Outcome& outcome() noexcept { return outcome_; }
  Invocation::Clock::duration queue_time() const noexcept { return queue_time_; }

 private:
  std::vector<std::string> args_;
  std::vector<std::string> env_;
  Outcome outcome_;
  Invocation::Clock::duration queue_time_{0};
};

/// Ends an instance, whatever its state.
class InstanceEnd : public InstanceOperation {
 public:
  bool NeedsLive() const noexcept override { return false; }
  bool Work(InstanceTurn& turn, Invocation& invocation) noexcept override;
  void Refuse(const Error&) noexcept override { Ended(); }

 protected:
  /// All that the instance had is released. On whatever thread, once.
  virtual void Ended() noexcept = 0;
};

}  // namespace wasmedge_embed
