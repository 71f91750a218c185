#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/memory_image.h"
#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// The address space of a guest's memory.
///
/// Compiled guests do not check addresses: for each memory, WasmEdge maps 12 GiB without access
/// rights and places its first byte at 4 GiB; an access beyond the existing pages is a fault. This
/// has two flaws. The reservation ends 8 GiB after the first byte, but a 16-byte access at the
/// highest address (an index plus an offset, 32 bits each) extends 14 bytes further. And if the
/// system refuses the 12 GiB, or the initial pages, the engine continues with a memory at address
/// 0.
///
/// So libwasmedge's `mmap` and `munmap` are redirected. A reservation is followed by a guard of
/// `kGuardBytes`, which is released with it. Pages of a memory are made accessible by changing
/// their protection: WasmEdge's mapping over the reservation would leave a hole if it failed, into
/// which the system could put anything. And a memory is reserved, with its initial pages
/// accessible, before the engine instantiates a module: a failure is reported instead of running
/// the guest.
///
/// While one exists, it serves the first memory created on its thread. From then on, that memory
/// belongs to the engine.
class MemoryReservation : public ThreadScope<MemoryReservation> {
 public:
  static constexpr Workaround kWorkaround = Workaround::kGuestMemory;

  /// Beyond the 12 GiB: more than any access of a compiled guest reaches, and a whole number of
  /// huge pages, so that a memory stays aligned to their size.
  static constexpr uint64_t kGuardBytes = uint64_t{2} << 20;
  /// The most memories in a process. Each takes 12 GiB of the 128 TiB that a process may address,
  /// and other code needs address space as well.
  static constexpr uint64_t kMostMemories = 8000;
  /// The most mappings for all of them. A process has 65,530 by default, and dies if JavaScript's
  /// heap cannot get another one.
  static constexpr uint64_t kMostMappings = 50'000;

  /// Whether this process has an address space limit, so that memories may compete for addresses.
  static bool AreScarce() noexcept;

  /// Closes pages of a memory again, from `size` to `end`; they must all be zero. False if the
  /// system refuses, and if it is not one of these memories.
  static bool Close(const uint8_t* memory, uint64_t size, uint64_t end) noexcept;

  /// Throws `Error(kNativeLoad)` if the library calls neither function through slots. A `Rehearsal`
  /// shows how it uses them.
  static void Install(void* wasmedge_library);

  /// If the engine belongs to another program, which has loaded our plug-ins, nobody prepares
  /// memories. This is called when a memory cannot be created, and must end the process: the engine
  /// would continue. By default the process aborts.
  using EndProcess = void (*)(const Error& error);
  static void OnRefusal(EndProcess end) noexcept;

  /// Reserves a memory and makes this many pages of 64 KiB accessible. They start with the image if
  /// there is one, which must have the same size. Throws `Error(kLimit)`: "address-space" if there
  /// is no address space, "host-memory" if there are no pages.
  explicit MemoryReservation(uint64_t pages, const MemoryImage* image = nullptr);
  ~MemoryReservation();

  /// While one exists, the next memory of its thread gets no addresses, to observe how the library
  /// requests them. It must have no pages.
  class Rehearsal : public ThreadScope<Rehearsal> {
   public:
    /// Whether addresses were requested and returned in the expected way.
    bool is_as_expected() const noexcept { return requests_ == 1 && returns_ == 1; }

   private:
    friend class MemoryReservation;
    int requests_ = 0;
    int returns_ = 0;
  };

 private:
  static void* Map(void* address, size_t size, int protection, int flags, int file, long offset);
  static int Unmap(void* address, size_t size);

  // Null after it was handed over.
  uint8_t* begin_;
};

}  // namespace wasmedge_embed
