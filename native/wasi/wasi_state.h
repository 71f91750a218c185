#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/standard_streams.h"
#include "wasi/descriptor_table.h"
#include "wasi/file_system.h"
#include "wasi/folders.h"
#include "wasi/path_pattern.h"

namespace wasmedge_embed {

/// The input of one invocation's guest.
struct WasiInput {
  static constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

  /// By convention, the program's name comes first. No NUL bytes.
  std::vector<std::string> args;
  /// Each is "NAME=value". No NUL bytes.
  std::vector<std::string> env;
  std::vector<uint8_t> stdin_bytes;
  /// Standard streams connected to the embedder's; null if there are none.
  std::shared_ptr<StandardStreams> streams;
  /// Which of the two outputs go directly to the process's own.
  StreamSet inherited;
  /// Null if there are no files.
  std::shared_ptr<const FileSystem> files;
  /// Null if there are none.
  std::shared_ptr<const wasi::Folders> folders;
  /// The most bytes for all scratch folders together.
  uint64_t scratch_limit = 0;
  /// Called by `WasiState::Reset` while it copies folders.
  wasi::RequireRunning require_running;
  /// What to collect from the scratch folders at the end.
  std::vector<wasi::PathPattern> collect;
  /// The most bytes for stdout and stderr together.
  uint64_t output_limit = kUnlimited;
  /// Whether output to streams counts as well.
  bool limits_streams = false;
};

/// The state behind `wasi_snapshot_preview1` for one guest at a time. Used by one thread at a time;
/// `Reset`, the guest and the Take functions of an invocation all run on the same thread.
class WasiState {
 public:
  WasiState() = default;
  WasiState(const WasiState&) = delete;
  WasiState& operator=(const WasiState&) = delete;

  /// Begins an invocation; nothing of the previous one remains. Throws `Error` kInvalidArgument for
  /// an argument or environment variable that cannot be passed to the guest; the state is then
  /// cleared.
  void Reset(WasiInput input);

  /// Drops all input and output of the last invocation, so that an idle slot holds no request's
  /// bytes.
  void Clear() noexcept;

  /// Appends to standard error on the guest's behalf; throws `Error` kOutputLimit.
  void WriteStderr(std::string_view text);

  // For a guest that is kept between calls: its input and open descriptors remain.

  /// Sets its standard input from here on.
  void SetInput(std::vector<uint8_t> stdin_bytes) noexcept;
  /// Marks that a thread starts or stops running it: its processor time is the sum over all
  /// threads.
  void EnterThread() noexcept;
  void LeaveThread() noexcept;
  /// Whether it has written anything that has not been taken.
  bool has_output() const noexcept { return !stdout_.empty() || !stderr_.empty(); }

  /// Moves the guest's output out.
  std::vector<uint8_t> TakeStdout() noexcept;
  std::vector<uint8_t> TakeStderr() noexcept;

  bool has_scratch_files() const noexcept { return folders_.has_scratch_files(); }

  /// The files of the scratch folders requested by `WasiInput::collect`. Throws `Error` kLimit if
  /// they exceed the limit.
  std::vector<FileEntry> CollectFiles() const;

  // For the module's functions.

  const std::vector<std::string>& args() const noexcept { return args_; }
  const std::vector<std::string>& env() const noexcept { return env_; }
  wasi::DescriptorTable& descriptors() noexcept { return descriptors_; }

  /// The bytes of stdin that have not been read yet.
  const uint8_t* unread_input() const noexcept { return stdin_bytes_.data() + stdin_offset_; }
  size_t unread_input_size() const noexcept { return stdin_bytes_.size() - stdin_offset_; }
  /// `size` is at most `unread_input_size()`.
  void ConsumeInput(size_t size) noexcept { stdin_offset_ += size; }

  /// The embedder's stream for kStdin, kStdout or kStderr; null if it is a buffer, or the process's
  /// own.
  StandardStreams* StreamsOf(wasi::DescriptorKind kind) const noexcept;
  /// Whether kStdout or kStderr goes to the process's own.
  bool IsInherited(wasi::DescriptorKind kind) const noexcept {
    return inherited_.Has(wasi::StreamOf(kind));
  }

  /// How much more may be written to kStdout or kStderr; the limit applies to both together.
  uint64_t remaining_output(wasi::DescriptorKind kind) const noexcept;
  /// Throws `Error` kOutputLimit, which ends the invocation, if `size` more bytes of output exceed
  /// the limit.
  void RequireOutput(wasi::DescriptorKind kind, uint64_t size) const;
  /// Counts bytes written to a stream.
  void CountStreamed(uint64_t size) noexcept { streamed_ += size; }
  /// The buffer of kStdout or kStderr, for appending after `RequireOutput`.
  std::vector<uint8_t>& output(wasi::DescriptorKind kind) noexcept {
    return kind == wasi::DescriptorKind::kStderr ? stderr_ : stdout_;
  }

  /// The processor time spent on the guest since `Reset`, in nanoseconds.
  uint64_t CpuTime() const noexcept;

 private:
  std::vector<std::string> args_;
  std::vector<std::string> env_;
  std::vector<uint8_t> stdin_bytes_;
  size_t stdin_offset_ = 0;
  std::vector<uint8_t> stdout_;
  std::vector<uint8_t> stderr_;
  std::shared_ptr<StandardStreams> streams_;
  StreamSet inherited_;
  uint64_t output_limit_ = WasiInput::kUnlimited;
  bool limits_streams_ = false;
  uint64_t streamed_ = 0;
  // The thread's clock at the start, and the time the guest had used by then.
  uint64_t cpu_time_start_ = 0;
  uint64_t cpu_time_before_ = 0;
  const std::shared_ptr<const FileSystem> no_files_ = std::make_shared<const FileSystem>();
  wasi::OpenFolders folders_;
  std::vector<wasi::PathPattern> collect_;
  wasi::DescriptorTable descriptors_;
};

}  // namespace wasmedge_embed
