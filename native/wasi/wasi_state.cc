#include "wasi/wasi_state.h"

#include <unistd.h>

#include <ctime>
#include <utility>

#include "base/error.h"
#include "wasi/inherited_output.h"

namespace wasmedge_embed {

using wasi::DescriptorKind;

namespace {

/// The guest gets C strings, and their total size as a 32-bit number.
void CheckStrings(const std::vector<std::string>& strings, const char* what) {
  uint64_t size = 0;
  for (const std::string& string : strings) {
    if (string.find('\0') != std::string::npos) {
      throw Error(ErrorCode::kInvalidArgument,
                  std::string(what) + " contains a NUL byte, which would end it in the guest: \"" +
                      string.substr(0, string.find('\0')) + "\"");
    }
    size += string.size() + 1;
  }
  if (size > std::numeric_limits<uint32_t>::max()) {
    throw Error(ErrorCode::kInvalidArgument,
                std::string(what) + ": 4 GiB or more in total, which no guest can hold");
  }
}

void CheckVariables(const std::vector<std::string>& variables) {
  CheckStrings(variables, "environment variable");
  for (const std::string& variable : variables) {
    const size_t separator = variable.find('=');
    if (separator == std::string::npos || separator == 0) {
      throw Error(ErrorCode::kInvalidArgument,
                  "environment variable \"" + variable + "\": expected NAME=value");
    }
  }
}

uint64_t ThreadCpuTime() noexcept {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

void WasiState::Reset(WasiInput input) {
  Clear();
  CheckStrings(input.args, "argument");
  CheckVariables(input.env);
  args_ = std::move(input.args);
  env_ = std::move(input.env);
  stdin_bytes_ = std::move(input.stdin_bytes);
  streams_ = std::move(input.streams);
  inherited_ = input.inherited;
  output_limit_ = input.output_limit;
  limits_streams_ = input.limits_streams;
  collect_ = std::move(input.collect);
  folders_.Open(input.files ? std::move(input.files) : no_files_, input.folders.get(),
                input.scratch_limit, input.require_running);
  descriptors_.Reset(folders_.preopens());
  EnterThread();
}

void WasiState::SetInput(std::vector<uint8_t> stdin_bytes) noexcept {
  stdin_bytes_ = std::move(stdin_bytes);
  stdin_offset_ = 0;
}

void WasiState::EnterThread() noexcept { cpu_time_start_ = ThreadCpuTime(); }

void WasiState::LeaveThread() noexcept {
  cpu_time_before_ = CpuTime();
  cpu_time_start_ = std::numeric_limits<uint64_t>::max();
}

void WasiState::Clear() noexcept {
  args_.clear();
  env_.clear();
  // Assigned instead of cleared: an idle slot must not keep a large buffer.
  stdin_bytes_ = {};
  stdin_offset_ = 0;
  stdout_ = {};
  stderr_ = {};
  streams_.reset();
  inherited_ = {};
  output_limit_ = WasiInput::kUnlimited;
  limits_streams_ = false;
  streamed_ = 0;
  cpu_time_before_ = 0;
  descriptors_.Clear();
  folders_.Close();
  collect_.clear();
}

std::vector<uint8_t> WasiState::TakeStdout() noexcept {
  if (StandardStreams* const streams = StreamsOf(DescriptorKind::kStdout)) {
    return streams->TakeRest(StandardStream::kOutput);
  }
  return std::exchange(stdout_, {});
}

std::vector<uint8_t> WasiState::TakeStderr() noexcept {
  if (StandardStreams* const streams = StreamsOf(DescriptorKind::kStderr)) {
    return streams->TakeRest(StandardStream::kError);
  }
  return std::exchange(stderr_, {});
}

std::vector<FileEntry> WasiState::CollectFiles() const {
  return collect_.empty() ? std::vector<FileEntry>{} : folders_.Collect(collect_);
}

StandardStreams* WasiState::StreamsOf(DescriptorKind kind) const noexcept {
  return streams_ && streams_->Has(wasi::StreamOf(kind)) ? streams_.get() : nullptr;
}

uint64_t WasiState::remaining_output(DescriptorKind kind) const noexcept {
  const bool is_streamed = StreamsOf(kind) != nullptr || IsInherited(kind);
  if (is_streamed && !limits_streams_) return WasiInput::kUnlimited;
  return output_limit_ - (stdout_.size() + stderr_.size() + (limits_streams_ ? streamed_ : 0));
}

void WasiState::RequireOutput(DescriptorKind kind, uint64_t size) const {
  if (size <= remaining_output(kind)) return;
  throw Error(ErrorCode::kOutputLimit,
              "The guest's output exceeds the limit of " + std::to_string(output_limit_) +
                  " bytes (stdout and stderr together). Raise limits.outputBytes to allow "
                  "more.");
}

void WasiState::WriteStderr(std::string_view text) {
  constexpr auto kKind = DescriptorKind::kStderr;
  RequireOutput(kKind, text.size());
  if (StandardStreams* const streams = StreamsOf(kKind)) {
    streams->Append(StandardStream::kError, text);
    CountStreamed(text.size());
    return;
  }
  if (IsInherited(kKind)) {
    wasi::WriteShortText(STDERR_FILENO, text);
    CountStreamed(text.size());
    return;
  }
  std::vector<uint8_t>& error_output = output(kKind);
  error_output.insert(error_output.end(), text.begin(), text.end());
}

uint64_t WasiState::CpuTime() const noexcept {
  const uint64_t now = ThreadCpuTime();
  return cpu_time_before_ + (now > cpu_time_start_ ? now - cpu_time_start_ : 0);
}

}  // namespace wasmedge_embed
