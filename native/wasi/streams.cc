#include <vector>

#include "wasi/buffers.h"
#include "wasi/functions.h"
#include "wasi/inherited_output.h"
#include "wasi/store.h"

namespace wasmedge_embed::wasi {

namespace {

/// The first step of reading or writing a file: checks the result's address and loads the buffers.
Errno LoadBuffers(const GuestMemory& memory, uint32_t iovs, uint32_t iovs_len, uint32_t size_out,
                  Buffers* out) noexcept {
  if (!memory.Contains(size_out, sizeof(uint32_t))) return Errno::kFault;
  return out->Load(memory, iovs, iovs_len);
}

/// The descriptor `fd` if it is open, has `right` and is not a directory; kBadf if it lacks the
/// right, like POSIX for a descriptor that is open in the other direction.
Errno FindStream(WasiState& state, uint32_t fd, uint64_t right, Descriptor** out) noexcept {
  Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor == nullptr) return Errno::kBadf;
  if (descriptor->is_directory()) return Errno::kIsDir;
  if (!descriptor->Has(right)) return Errno::kBadf;
  *out = descriptor;
  return Errno::kSuccess;
}

/// The same for a read or write at an offset, which only files support.
Errno FindSeekable(WasiState& state, uint32_t fd, uint64_t right, Descriptor** out) noexcept {
  const Descriptor* descriptor = state.descriptors().Find(fd);
  if (descriptor != nullptr && descriptor->is_stdio()) return Errno::kSpipe;
  const Errno error = FindStream(state, fd, right, out);
  if (error != Errno::kSuccess) return error;
  return (*out)->Has(rights::kFdSeek) ? Errno::kSuccess : Errno::kNotCapable;
}

bool Blocks(const Descriptor& descriptor) noexcept {
  return (descriptor.flags & fdflags::kNonblock) == 0;
}

/// Waits until a stream of the embedder is ready, if the call may block. Returns whether it is. If
/// the invocation is to end, the call does not return to the guest, whatever this returns.
bool AwaitStream(StandardStreams& streams, const Descriptor& descriptor, Invocation& invocation) {
  const StandardStream stream = StreamOf(descriptor.kind);
  if (!Blocks(descriptor)) return streams.Look(stream).is_ready();
  StreamSet awaited;
  awaited.Add(stream);
  return streams.Await(awaited, Invocation::Clock::time_point::max(), invocation);
}

/// Reads what is available from the embedder's stream, and waits if nothing is.
Errno ReadStream(StandardStreams& streams, const Descriptor& descriptor, Invocation& invocation,
                 const Buffers& buffers, uint32_t* size) {
  if (buffers.total_size() == 0) return Errno::kSuccess;
  while (true) {
    for (const Buffers::Buffer& buffer : buffers) {
      const size_t read = streams.Read(buffer.data, buffer.size);
      *size += static_cast<uint32_t>(read);
      if (read < buffer.size) break;
    }
    if (*size > 0) return Errno::kSuccess;
    // The last bytes, and the end after them, may both have arrived in the meantime.
    const StandardStreams::Readiness input = streams.Look(StandardStream::kInput);
    if (input.bytes == 0 && input.has_ended) return Errno::kSuccess;
    if (!AwaitStream(streams, descriptor, invocation)) return Errno::kAgain;
  }
}

/// Writes everything and waits while there is no room, unless the guest asked not to block.
Errno WriteStream(StandardStreams& streams, const Descriptor& descriptor, Invocation& invocation,
                  const Buffers& buffers, uint32_t* size) {
  const StandardStream stream = StreamOf(descriptor.kind);
  for (const Buffers::Buffer& buffer : buffers) {
    for (uint32_t at = 0; at < buffer.size;) {
      const auto written =
          static_cast<uint32_t>(streams.Write(stream, buffer.data + at, buffer.size - at));
      at += written;
      *size += written;
      if (at == buffer.size || AwaitStream(streams, descriptor, invocation)) continue;
      return *size == 0 ? Errno::kAgain : Errno::kSuccess;
    }
  }
  return Errno::kSuccess;
}

/// Writes to a standard stream, wherever it leads.
Errno WriteOutput(WasiState& state, HostCall& call, const Descriptor& descriptor,
                  const Buffers& buffers, uint32_t* size) {
  state.RequireOutput(descriptor.kind, buffers.total_size());
  StandardStreams* const streams = state.StreamsOf(descriptor.kind);
  if (streams != nullptr || state.IsInherited(descriptor.kind)) {
    const Errno error = streams != nullptr
                            ? WriteStream(*streams, descriptor, call.invocation(), buffers, size)
                            : WriteInherited(static_cast<int>(descriptor.kind), Blocks(descriptor),
                                             buffers, call.invocation(), size);
    state.CountStreamed(*size);
    return error;
  }
  std::vector<uint8_t>& output = state.output(descriptor.kind);
  for (const Buffers::Buffer& buffer : buffers) {
    output.insert(output.end(), buffer.data, buffer.data + buffer.size);
  }
  *size = buffers.total_size();
  return Errno::kSuccess;
}

bool Appends(const Descriptor& descriptor) noexcept {
  return (descriptor.flags & fdflags::kAppend) != 0;
}

}  // namespace

Errno FdRead(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
             uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindStream(state, fd, rights::kFdRead, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;

  uint32_t size = 0;
  if (descriptor->is_file()) {
    error = descriptor->file->Read(descriptor->offset, buffers, &size);
    if (error != Errno::kSuccess) return error;
    descriptor->offset += size;
  } else if (StandardStreams* const streams = state.StreamsOf(descriptor->kind)) {
    error = ReadStream(*streams, *descriptor, call.invocation(), buffers, &size);
    if (error != Errno::kSuccess) return error;
  } else {
    size = buffers.Scatter(state.unread_input(), state.unread_input_size());
    state.ConsumeInput(size);
  }
  return Store(call.memory(), size_out, size);
}

Errno FdPread(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint64_t offset, uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindSeekable(state, fd, rights::kFdRead, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;
  uint32_t size = 0;
  error = descriptor->file->Read(offset, buffers, &size);
  return error == Errno::kSuccess ? Store(call.memory(), size_out, size) : error;
}

Errno FdWrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
              uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindStream(state, fd, rights::kFdWrite, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;

  if (descriptor->is_file()) {
    uint32_t size = 0;
    uint64_t end = 0;
    error = descriptor->file->Write(descriptor->offset, Appends(*descriptor), buffers, &size, &end);
    if (error != Errno::kSuccess) return error;
    descriptor->offset = end;
    return Store(call.memory(), size_out, size);
  }
  uint32_t size = 0;
  error = WriteOutput(state, call, *descriptor, buffers, &size);
  return error == Errno::kSuccess ? Store(call.memory(), size_out, size) : error;
}

Errno FdPwrite(WasiState& state, HostCall& call, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
               uint64_t offset, uint32_t size_out) {
  Descriptor* descriptor;
  Errno error = FindSeekable(state, fd, rights::kFdWrite, &descriptor);
  if (error != Errno::kSuccess) return error;
  Buffers buffers;
  error = LoadBuffers(call.memory(), iovs, iovs_len, size_out, &buffers);
  if (error != Errno::kSuccess) return error;
  uint32_t size = 0;
  uint64_t end;
  // A file in append mode appends here as well, as on Linux.
  error = descriptor->file->Write(offset, Appends(*descriptor), buffers, &size, &end);
  return error == Errno::kSuccess ? Store(call.memory(), size_out, size) : error;
}

}  // namespace wasmedge_embed::wasi
