#include "workarounds/memory_reservation.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include <atomic>
#include <cstdlib>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>

#include "base/wasm_page.h"
#include "workarounds/elf_slots.h"

namespace wasmedge_embed {
namespace {

// As in lib/system/allocator.cpp of WasmEdge 0.14 and 0.17.
constexpr uint64_t kGapBytes = uint64_t{4} << 30;
constexpr uint64_t kRequestBytes = uint64_t{12} << 30;
constexpr uint64_t kReservedBytes = kRequestBytes + MemoryReservation::kGuardBytes;

// If the process has an address space limit: what no memory may take. A failed allocation in
// Node.js ends the process.
constexpr uint64_t kSpareBytes = uint64_t{256} << 20;

struct Reserved {
  /// The accessible bytes of the memory, from its start.
  uint64_t open = 0;
  /// Whether the initial pages were made accessible before the engine requested them.
  bool is_prepared = false;
  uint64_t mappings = 0;
};

struct State {
  std::mutex mutex;
  /// The existing ones, by their start.
  std::map<uintptr_t, Reserved> reserved;
  /// For all of them.
  uint64_t mappings = 0;
  std::atomic<MemoryReservation::EndProcess> end_process{nullptr};
};

/// Never destroyed: a program that has loaded our plug-ins may end its guests as late as at its own
/// end.
State& Global() {
  static State* const state = std::make_unique<State>().release();
  return *state;
}

// Not null, and not an address that anybody uses.
void* const kNowhere = reinterpret_cast<void*>(kWasmPageSize);

Error NoAddresses(const std::string& reason) {
  return Error(
      ErrorCode::kLimit,
      "The guest's memory cannot be reserved: each memory takes 12 GiB of address space, " +
          reason + " Run fewer guests at a time.",
      "address-space");
}

/// Null if the system refuses.
void* MapReservation() {
  const uint64_t spare = MemoryReservation::AreScarce() ? kSpareBytes : 0;
  // Without MAP_NORESERVE, so that pages made accessible later count against the machine's memory,
  // as with WasmEdge's own mapping.
  void* const begin =
      mmap(nullptr, kReservedBytes + spare, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (begin == MAP_FAILED) return nullptr;
  if (spare != 0) munmap(static_cast<uint8_t*>(begin) + kReservedBytes, spare);
  return begin;
}

/// The pages below, the accessible part, the part that was closed again, and the rest.
constexpr uint64_t kOwnMappings = 4;

/// Throws `Error(kLimit)`, or `std::bad_alloc`.
uint8_t* Reserve(bool is_prepared, uint64_t image_mappings) {
  State& state = Global();
  const std::lock_guard<std::mutex> lock(state.mutex);
  if (state.reserved.size() >= MemoryReservation::kMostMemories) {
    throw NoAddresses("and a process can have " + std::to_string(MemoryReservation::kMostMemories) +
                      " of them.");
  }
  const uint64_t mappings = kOwnMappings + image_mappings;
  if (mappings > MemoryReservation::kMostMappings - state.mappings) {
    throw Error(ErrorCode::kLimit,
                "The guest's memory cannot be mapped: it has " + std::to_string(mappings) +
                    " mappings, more where what its snapshot holds lies scattered, and guests can "
                    "have " +
                    std::to_string(MemoryReservation::kMostMappings) +
                    " together in a process. Run fewer guests at a time.",
                "address-space");
  }
  void* const begin = MapReservation();
  if (begin == nullptr) {
    throw NoAddresses(
        "which this process cannot get. Raise its limit of virtual memory (ulimit -v) if it "
        "has one.");
  }
  try {
    state.reserved.emplace(reinterpret_cast<uintptr_t>(begin), Reserved{0, is_prepared, mappings});
    state.mappings += mappings;
  } catch (...) {
    munmap(begin, kReservedBytes);
    throw;
  }
  return static_cast<uint8_t*>(begin);
}

/// Whether there was a reservation that starts there.
bool Release(uintptr_t begin) {
  {
    State& state = Global();
    const std::lock_guard<std::mutex> lock(state.mutex);
    const auto found = state.reserved.find(begin);
    if (found == state.reserved.end()) return false;
    state.mappings -= found->second.mappings;
    state.reserved.erase(found);
  }
  // Last, since the addresses may be reserved again as soon as they are free; and without the lock,
  // since it takes long if there are many pages.
  munmap(reinterpret_cast<void*>(begin), kReservedBytes);
  return true;
}

enum class Opening {
  kDone,
  /// Not in any reservation.
  kElsewhere,
  kFirstPagesRefused,
  kRefused,
  /// Refused, and pages beyond the end of the memory could not be closed.
  kLeftOpen,
};

/// The reservation of the memory that contains these bytes, if there is one. The owner of the
/// memory may change it without the lock, which would otherwise be held during a system call: it
/// stays valid as long as the memory does.
std::pair<const uintptr_t, Reserved>* Find(uintptr_t address, uint64_t size) {
  State& state = Global();
  const std::lock_guard<std::mutex> lock(state.mutex);
  const auto above = state.reserved.upper_bound(address);
  if (above == state.reserved.begin()) return nullptr;
  auto& found = *std::prev(above);
  const uintptr_t memory = found.first + kGapBytes;
  const uintptr_t end = found.first + kRequestBytes;
  const bool lies_in_it = address >= memory && address <= end && size <= end - address;
  return lies_in_it ? &found : nullptr;
}

/// Makes pages of a memory accessible. They are all zero, since they have never been used.
Opening Open(uintptr_t address, uint64_t size) {
  auto* const found = Find(address, size);
  if (found == nullptr) return Opening::kElsewhere;
  auto& [begin, reserved] = *found;
  const uintptr_t memory = begin + kGapBytes;
  const uint64_t wanted = address - memory + size;
  if (wanted <= reserved.open) return Opening::kDone;
  if (mprotect(reinterpret_cast<void*>(address), size, PROT_READ | PROT_WRITE) != 0) {
    // Pages that were closed again are a separate mapping, which was made accessible before the
    // system refused the rest: the guest could write beyond the end of its memory.
    if (mprotect(reinterpret_cast<void*>(address), size, PROT_NONE) != 0) {
      return Opening::kLeftOpen;
    }
    return address == memory && !reserved.is_prepared ? Opening::kFirstPagesRefused
                                                      : Opening::kRefused;
  }
  reserved.open = wanted;
  return Opening::kDone;
}

bool CloseAgain(uintptr_t memory, uint64_t size, uint64_t end) {
  auto* const found = Find(memory, end);
  if (found == nullptr || found->first != memory - kGapBytes) return false;
  if (found->second.open != end || size > end) return false;
  if (mprotect(reinterpret_cast<void*>(memory + size), end - size, PROT_NONE) != 0) return false;
  found->second.open = size;
  return true;
}

Error NoPages(uint64_t size) {
  return NotEnoughMemory((" for the " + std::to_string(size / kWasmPageSize) +
                          " pages that the guest's memory begins with")
                             .c_str());
}

[[noreturn]] void GiveUp(const Error& error) {
  if (const auto end_process = Global().end_process.load()) end_process(error);
  std::abort();
}

}  // namespace

bool MemoryReservation::AreScarce() noexcept {
  rlimit limit{};
  return getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

bool MemoryReservation::Close(const uint8_t* memory, uint64_t size, uint64_t end) noexcept {
  return CloseAgain(reinterpret_cast<uintptr_t>(memory), size, end);
}

void MemoryReservation::OnRefusal(EndProcess end) noexcept { Global().end_process.store(end); }

void MemoryReservation::Install(void* wasmedge_library) {
  const ElfSlots slots(wasmedge_library);
  // Under its second name if the library was built with 64-bit file offsets, which are the same
  // here.
  const size_t maps = slots.Redirect("mmap", reinterpret_cast<void*>(&Map)) +
                      slots.Redirect("mmap64", reinterpret_cast<void*>(&Map));
  const size_t unmaps = slots.Redirect("munmap", reinterpret_cast<void*>(&Unmap));
  if (maps == 0 || unmaps == 0) {
    throw Error(ErrorCode::kNativeLoad,
                "This build of WasmEdge maps memory in an unknown way. Use Debian's "
                "package or the official release.");
  }
}

MemoryReservation::MemoryReservation(uint64_t pages, const MemoryImage* image)
    : begin_(Reserve(true, image == nullptr ? 0 : image->mappings())) {
  const uint64_t size = pages * kWasmPageSize;
  uint8_t* const memory = begin_ + kGapBytes;
  // The only thing that follows is the engine's own request, which finds its pages accessible.
  if (Open(reinterpret_cast<uintptr_t>(memory), size) == Opening::kDone &&
      (image == nullptr || image->MapOver(memory))) {
    return;
  }
  Release(reinterpret_cast<uintptr_t>(begin_));
  throw NoPages(size);
}

MemoryReservation::~MemoryReservation() {
  if (begin_ != nullptr) Release(reinterpret_cast<uintptr_t>(begin_));
}

// Stands in for libwasmedge's `mmap`.
void* MemoryReservation::Map(void* address, size_t size, int protection, int flags, int file,
                             long offset) {
  if (address == nullptr && size == kRequestBytes && protection == PROT_NONE) {
    if (auto* const rehearsal = Rehearsal::Current()) {
      ++rehearsal->requests_;
      return kNowhere;
    }
    MemoryReservation* const prepared = Current();
    if (prepared != nullptr && prepared->begin_ != nullptr) {
      return std::exchange(prepared->begin_, nullptr);
    }
    try {
      return Reserve(false, 0);
    } catch (const Error& error) {
      GiveUp(error);
    } catch (const std::bad_alloc&) {
      GiveUp(NotEnoughMemory());
    }
  }
  if ((flags & MAP_FIXED) != 0 && protection == (PROT_READ | PROT_WRITE)) {
    switch (Open(reinterpret_cast<uintptr_t>(address), size)) {
      case Opening::kDone:
        return address;
      case Opening::kFirstPagesRefused:
        // An empty memory that grows cannot be distinguished from one with initial pages.
        GiveUp(NoPages(size));
      case Opening::kRefused:
        return MAP_FAILED;
      case Opening::kLeftOpen:
        GiveUp(NotEnoughMemory(" to close pages behind the end of a guest's memory"));
      case Opening::kElsewhere:
        break;
    }
  }
  return mmap(address, size, protection, flags, file, offset);
}

// Stands in for libwasmedge's `munmap`.
int MemoryReservation::Unmap(void* address, size_t size) {
  if (size == kRequestBytes) {
    auto* const rehearsal = Rehearsal::Current();
    if (rehearsal != nullptr && address == kNowhere) {
      ++rehearsal->returns_;
      return 0;
    }
    if (Release(reinterpret_cast<uintptr_t>(address))) return 0;
  }
  return munmap(address, size);
}

}  // namespace wasmedge_embed
