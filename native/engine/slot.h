#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/executor.h"
#include "engine/guest_instance.h"
#include "engine/guest_options.h"
#include "engine/host_module_set.h"
#include "engine/instance_renewal.h"
#include "engine/interrupt_timer.h"

namespace wasmedge_embed {

/// The request for one invocation. Plain data: created on the main thread, run on another.
struct Request {
  /// The exported function to call; absent for a run of `_start`.
  std::optional<std::string> function;
  /// Raw bits of the function's arguments, one for each parameter.
  std::vector<uint64_t> arguments;
  /// Whether to take a snapshot after the function; the module must export its state.
  bool takes_snapshot = false;

  GuestInput input;
};

/// How far an invocation got.
enum class Stage { kNone, kInstantiation, kConstructors, kFunction, kSnapshot };

/// How an invocation ended. Includes the guest's output even if it failed.
struct Outcome : Ending {
  /// Where it ended.
  Stage stage = Stage::kNone;
  /// Raw bits of a called function's results.
  std::vector<uint64_t> results;
  std::vector<uint8_t> stdout_bytes;
  std::vector<uint8_t> stderr_bytes;
  /// What `GuestInput::collect` matched; empty after an error.
  std::vector<FileEntry> files;
  Invocation::Clock::duration instantiate_time{0};
  Invocation::Clock::duration execute_time{0};
  Invocation::Clock::duration inference_time{0};
  std::vector<InferenceFailure> inference_failures;
  /// The requested snapshot; null after an error.
  std::shared_ptr<const Snapshot> snapshot;
};

/// What one thread needs to run a module's guests repeatedly: its stack, its timer, an executor,
/// and the host modules of its fresh instances. Not thread-safe: a slot belongs to its thread.
class Slot {
 public:
  /// For the calling thread, which runs on this stack; the stack must outlive the slot.
  Slot(std::shared_ptr<const Module> module, const GuestOptions& options, GuestStack& stack);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  Executor& executor() noexcept { return executor_; }

  /// Runs a fresh instance. Does not throw for anything that a guest or a request can cause: that
  /// is in the outcome. The instance remains until `Rest` or the next run.
  Outcome Run(Request request, Invocation& invocation);

  /// Called between runs. Resets the last instance for the next run, or discards it; with
  /// `makes_another`, if nobody is waiting for this thread, then creates another one if that is
  /// possible ahead of time. Failures are left to the next run, which reports them.
  void Rest(bool makes_another) noexcept;

  /// Called when no work has come for a moment, if a guest has used up the stack: touching all of
  /// it again takes longer than the run.
  void ReleaseStack() noexcept;
  bool HasUsedUpStack() const noexcept { return has_used_up_stack_; }

  /// Called after a long idle time: releases the stack, and replaces the instance that waits for
  /// the next run if earlier runs have touched its memory.
  void Relax() noexcept;
  bool HasRenewed() const noexcept { return is_next_ && is_whole_; }
  bool HoldsTouchedMemory() const noexcept { return has_used_stack_ || HasRenewed(); }

  /// Runs `body`, which may enter a guest linked to `hosts`, as this invocation. An exception, or a
  /// fault that used up the guest's stack, becomes the ending.
  void RunGuest(HostModuleSet& hosts, Invocation& invocation, Ending& ending,
                const std::function<void()>& body);

  /// From any thread, while a guest runs: stops it as soon as possible.
  void Interrupt() noexcept;
  /// On the slot's thread: the running guest is stopped at this time.
  void ArmTimer(Invocation::Clock::time_point time) noexcept { timer_.Arm(time); }
  void DisarmTimer() noexcept { timer_.Disarm(); }
  /// On the slot's thread, after an interrupted invocation.
  void ClearInterrupt() noexcept { executor_.ClearInterrupt(); }

 private:
  void Execute(const Request& request, Invocation& invocation, Outcome& outcome);
  /// Creates the instance to run, if it does not exist yet.
  void MakeInstance(Invocation& invocation, Ending& ending);
  bool RenewInstance() noexcept;
  void DropInstance() noexcept;

  GuestStack& stack_;
  InterruptTimer timer_;
  const uint64_t snapshot_bytes_;
  Executor executor_;
  HostModuleSet hosts_;
  // After the hosts, which it is linked to. The instance of the last run, or of the next one.
  std::optional<GuestInstance> instance_;
  /// Of that instance; null if it cannot be reset.
  std::unique_ptr<InstanceRenewal> renewal_;
  /// Whether the instance is for the next run.
  bool is_next_ = false;
  /// Whether the guest of the last run ended on its own.
  bool is_whole_ = false;
  /// Whether a guest has run since the stack was released.
  bool has_used_stack_ = false;
  /// Whether one of them has overflowed it.
  bool has_used_up_stack_ = false;
  /// The number of consecutive instances that could not be reset.
  unsigned failed_renewals_ = 0;
};

}  // namespace wasmedge_embed
