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

/// What one invocation's guest is given.
struct WasiInput {
  static constexpr uint64_t kUnlimited = std::numeric_limits<uint64_t>::max();

  /// The program's name first, by convention. No NUL bytes.
  std::vector<std::string> args;
  /// "NAME=value" each. No NUL bytes.
  std::vector<std::string> env;
  std::vector<uint8_t> stdin_bytes;
  /// Standard streams that lead to the embedder's; null for none.
  std::shared_ptr<StandardStreams> streams;
  /// Which of the two outputs are the process's own.
  StreamSet inherited;
  /// Null stands for no files.
  std::shared_ptr<const FileSystem> files;
  /// Null stands for none.
  std::shared_ptr<const wasi::Folders> folders;
  /// Bytes that the scratch folders may take together.
  uint64_t scratch_limit = 0;
  /// What is taken out of the scratch folders in the end.
  std::vector<wasi::PathPattern> collect;
  /// Bytes that stdout and stderr may hold together.
  uint64_t output_limit = kUnlimited;
  /// Whether what leaves in streams counts as well.
  bool limits_streams = false;
};

/// The state behind `wasi_snapshot_preview1` of one guest at a time. One thread at a time; `Reset`,
/// the guest and the Take functions of one invocation all run on the same thread.
class WasiState {
 public:
  WasiState() = default;
  WasiState(const WasiState&) = delete;
  WasiState& operator=(const WasiState&) = delete;

  /// Begins an invocation; nothing of the one before remains. Throws `Error` kInvalidArgument for
  /// an argument or environment variable that cannot be passed on; the state is then cleared.
  void Reset(WasiInput input);

  /// Drops everything the last invocation was given or produced, so that an idle slot holds no
  /// request's bytes.
  void Clear() noexcept;

  /// Appends to standard error on behalf of the guest; throws `Error` kOutputLimit.
  void WriteStderr(std::string_view text);

  // For a guest that is kept between calls: what it was given and has opened stays.

  /// What it reads from its standard input from here on.
  void SetInput(std::vector<uint8_t> stdin_bytes) noexcept;
  /// A thread begins to run it, and ends: its processor time is that of all of them.
  void EnterThread() noexcept;
  void LeaveThread() noexcept;
  /// Whether it has written anything that was not taken.
  bool has_output() const noexcept { return !stdout_.empty() || !stderr_.empty(); }

  /// What the guest wrote, moved out.
  std::vector<uint8_t> TakeStdout() noexcept;
  std::vector<uint8_t> TakeStderr() noexcept;

  bool has_scratch_files() const noexcept { return folders_.has_scratch_files(); }

  /// The files of the scratch folders that `WasiInput::collect` asked for. Throws `Error` kLimit
  /// when they hold more than the limit.
  std::vector<FileEntry> CollectFiles() const;

  // For the functions of the module.

  const std::vector<std::string>& args() const noexcept { return args_; }
  const std::vector<std::string>& env() const noexcept { return env_; }
  wasi::DescriptorTable& descriptors() noexcept { return descriptors_; }

  /// The bytes of stdin that have not been read yet.
  const uint8_t* unread_input() const noexcept { return stdin_bytes_.data() + stdin_offset_; }
  size_t unread_input_size() const noexcept { return stdin_bytes_.size() - stdin_offset_; }
  /// `size` is at most `unread_input_size()`.
  void ConsumeInput(size_t size) noexcept { stdin_offset_ += size; }

  /// The stream of the embedder's that kStdin, kStdout or kStderr leads to; null where it is a
  /// buffer, or the process's own.
  StandardStreams* StreamsOf(wasi::DescriptorKind kind) const noexcept;
  /// Whether kStdout or kStderr is the process's own.
  bool IsInherited(wasi::DescriptorKind kind) const noexcept {
    return inherited_.Has(wasi::StreamOf(kind));
  }

  /// How much more may be written to kStdout or kStderr; the limit is of both together.
  uint64_t remaining_output(wasi::DescriptorKind kind) const noexcept;
  /// Ends the invocation when `size` further bytes of output are beyond the limit: throws `Error`
  /// kOutputLimit.
  void RequireOutput(wasi::DescriptorKind kind, uint64_t size) const;
  /// So much has left in a stream.
  void CountStreamed(uint64_t size) noexcept { streamed_ += size; }
  /// The buffer of kStdout or kStderr, to append to after `RequireOutput`.
  std::vector<uint8_t>& output(wasi::DescriptorKind kind) noexcept {
    return kind == wasi::DescriptorKind::kStderr ? stderr_ : stdout_;
  }

  /// Processor time in nanoseconds that has been spent on the guest since `Reset`.
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
  // By the thread's clock, and what the guest had spent by then.
  uint64_t cpu_time_start_ = 0;
  uint64_t cpu_time_before_ = 0;
  const std::shared_ptr<const FileSystem> no_files_ = std::make_shared<const FileSystem>();
  wasi::OpenFolders folders_;
  std::vector<wasi::PathPattern> collect_;
  wasi::DescriptorTable descriptors_;
};

}  // namespace wasmedge_embed
