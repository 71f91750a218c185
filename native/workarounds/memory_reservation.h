#pragma once

#include <cstdint>

#include "base/error.h"
#include "base/memory_image.h"
#include "base/thread_scope.h"
#include "workarounds/workaround.h"

namespace wasmedge_embed {

/// The addresses that a guest's memory lies in.
///
/// Compiled guests do not check theirs: WasmEdge maps 12 GiB without rights for each memory, puts
/// its first byte at 4 GiB, and what a guest reaches beyond the pages that it has is a fault. Two
/// things are not right there. The reservation ends 8 GiB behind the first byte, where an access of
/// 16 bytes at the highest address (an index and an offset, of 32 bits each) reaches 14 bytes
/// further. And where the system refuses the 12 GiB, or the first pages, the engine goes on with a
/// memory at address 0.
///
/// So libwasmedge's `mmap` and `munmap` are redirected. A reservation has a guard of `kGuardBytes`
/// behind it, which goes away with it. Pages of a memory are opened within it by a change of
/// rights: WasmEdge's mapping over it would leave a hole where it fails, into which the system may
/// put anything. And a memory is reserved, its first pages opened, before the engine is asked to
/// instantiate a module: what fails is told instead of the guest being run.
///
/// While one lives, it serves the first memory that is made on its thread. What it has given
/// belongs to the engine from then on.
class MemoryReservation : public ThreadScope<MemoryReservation> {
 public:
  static constexpr Workaround kWorkaround = Workaround::kGuestMemory;

  /// Behind the 12 GiB: more than any access of a compiled guest reaches, and a whole number of
  /// large pages, so that a memory lies at a multiple of their size as it did before.
  static constexpr uint64_t kGuardBytes = uint64_t{2} << 20;
  /// Memories that may live in a process. Each takes 12 GiB of the 128 TiB that a process may
  /// address, and others need addresses as well.
  static constexpr uint64_t kMostMemories = 8000;
  /// Mappings that they may have together. A process has 65,530 of them by default, and dies where
  /// JavaScript's heap cannot have another.
  static constexpr uint64_t kMostMappings = 50'000;

  /// Whether this process has a limit of its addresses, of which one memory may want what another
  /// has.
  static bool AreScarce() noexcept;

  /// Closes pages of a memory again, from `size` to `end`, which must all be zero. False where the
  /// system refuses, and for what is none of these memories.
  static bool Close(const uint8_t* memory, uint64_t size, uint64_t end) noexcept;

  /// Throws `Error(kNativeLoad)` when the library reaches neither function through slots. How it
  /// uses them a `Rehearsal` shows.
  static void Install(void* wasmedge_library);

  /// Where the engine is another program's, which has loaded our plug-ins, nobody prepares
  /// memories. This is called when one cannot be had, and has to end the process: the engine would
  /// go on. By itself it is aborted.
  using EndProcess = void (*)(const Error& error);
  static void OnRefusal(EndProcess end) noexcept;

  /// Reserves, and opens so many pages of 64 KiB. They begin with the image where there is one,
  /// which must have their size. Throws `Error(kLimit)`: with "address-space" as its detail where
  /// the addresses, with "host-memory" where the pages cannot be had.
  explicit MemoryReservation(uint64_t pages, const MemoryImage* image = nullptr);
  ~MemoryReservation();

  /// While one lives, its thread's next memory is made of no addresses at all, for a look at how
  /// the library asks for them. It must have no pages.
  class Rehearsal : public ThreadScope<Rehearsal> {
   public:
    /// Whether addresses were asked for, and given back, in the way that is known here.
    bool is_as_expected() const noexcept { return requests_ == 1 && returns_ == 1; }

   private:
    friend class MemoryReservation;
    int requests_ = 0;
    int returns_ = 0;
  };

 private:
  static void* Map(void* address, size_t size, int protection, int flags, int file, long offset);
  static int Unmap(void* address, size_t size);

  // Null when it was given away.
  uint8_t* begin_;
};

}  // namespace wasmedge_embed
