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

/// One invocation as it was asked for. Plain data: made on the main thread, run on another.
struct Request {
  /// The exported function to call; absent for a run of `_start`.
  std::optional<std::string> function;
  /// Raw bits of the function's arguments, as many as it takes.
  std::vector<uint64_t> arguments;
  /// Whether a snapshot is taken of what the function left; its module must export its state.
  bool takes_snapshot = false;

  GuestInput input;
};

/// How far an invocation has come.
enum class Stage { kNone, kInstantiation, kConstructors, kFunction, kSnapshot };

/// How an invocation ended. Whatever the guest wrote is here, also when it failed.
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
  /// What was asked for; null after an error.
  std::shared_ptr<const Snapshot> snapshot;
};

/// What one thread runs a module's guests with, again and again: its stack, its timer, an executor,
/// and the host modules of its fresh instances. Not thread-safe: a slot belongs to its thread.
class Slot {
 public:
  /// For the calling thread, whose stack this is; it must outlive the slot.
  Slot(std::shared_ptr<const Module> module, const GuestOptions& options, GuestStack& stack);
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  Executor& executor() noexcept { return executor_; }

  /// Runs a fresh instance. Never throws what a guest or a request can cause: it is in the outcome.
  /// The instance itself stays until `Rest`, or the next run.
  Outcome Run(Request request, Invocation& invocation);

  /// Between runs. Makes the last one's instance new for the next one, or lets go of it; with
  /// `makes_another`, where nobody waits for this thread, another one is made then, if it can be
  /// made ahead. What fails is left to the next run, and told there.
  void Rest(bool makes_another) noexcept;

  /// When it has been at rest for long: the instance that waits for the next run goes, with all
  /// memory that earlier ones have touched, and another one comes.
  void Relax() noexcept;
  bool HasRenewed() const noexcept { return is_next_ && is_whole_; }

  /// Runs `body`, which may enter a guest that is linked to `hosts`, as this invocation. What it
  /// throws, and the guest's fault where that used up its stack, becomes the ending.
  void RunGuest(HostModuleSet& hosts, Invocation& invocation, Ending& ending,
                const std::function<void()>& body);

  /// From any thread, while a guest runs: has it left as soon as it can be.
  void Interrupt() noexcept;
  /// On the slot's thread: at this time the guest that runs is left.
  void ArmTimer(Invocation::Clock::time_point time) noexcept { timer_.Arm(time); }
  void DisarmTimer() noexcept { timer_.Disarm(); }
  /// On the slot's thread, after an invocation that was interrupted.
  void ClearInterrupt() noexcept { executor_.ClearInterrupt(); }

 private:
  void Execute(const Request& request, Invocation& invocation, Outcome& outcome);
  /// The instance that is to run now, if it is not there yet.
  void MakeInstance(Invocation& invocation, Ending& ending);
  bool RenewInstance() noexcept;
  void DropInstance() noexcept;

  GuestStack& stack_;
  InterruptTimer timer_;
  const uint64_t snapshot_bytes_;
  Executor executor_;
  HostModuleSet hosts_;
  // After the hosts, to which it is linked. The last run's, or the next one's.
  std::optional<GuestInstance> instance_;
  /// Of that instance; null where it cannot be renewed.
  std::unique_ptr<InstanceRenewal> renewal_;
  /// Whether the instance is for the next run.
  bool is_next_ = false;
  /// Whether the last run's guest came to its end by itself.
  bool is_whole_ = false;
  /// Instances in a row that could not be renewed.
  unsigned failed_renewals_ = 0;
};

}  // namespace wasmedge_embed
