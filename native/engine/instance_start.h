#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/instance_operation.h"

namespace wasmedge_embed {

/// Creates a kept instance: the first of its operations.
class InstanceStart : public InstanceOperation {
 public:
  InstanceStart(std::vector<std::string> args, std::vector<std::string> env)
      : args_(std::move(args)), env_(std::move(env)) {}

  bool NeedsLive() const noexcept override { return false; }
  bool Work(InstanceTurn& turn, Invocation& invocation) noexcept override;
  void Refuse(const Error& reason) noexcept override;

 protected:
  /// The instance exists, or the outcome says why it does not. Called once, on any thread.
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
  /// Everything that the instance held has been released. Called once, on any thread.
  virtual void Ended() noexcept = 0;
};

}  // namespace wasmedge_embed
