#pragma once

#include <csignal>
#include <cstddef>
#include <cstdint>

namespace wasmedge_embed {

/// The memory of a guest thread's stack and of its alternate signal stack.
///
/// From the lowest address up: a red zone that is never accessible, a yellow zone that is
/// inaccessible while guests run, the usable stack. The alternate stack is separate. A guest that
/// recurses into the yellow zone has overflowed its stack and traps. Host code called at great
/// depth may need a little more: the fault guard then opens the yellow zone and ends the guest as
/// soon as the host code returns to it.
class GuestStack {
 public:
  /// Throws `std::bad_alloc`.
  GuestStack();
  ~GuestStack();
  GuestStack(const GuestStack&) = delete;
  GuestStack& operator=(const GuestStack&) = delete;

  /// The lowest address and the size that a thread is given as its stack. Excludes the red zone,
  /// which would make the stack larger than tools expect.
  void* thread_base() const noexcept { return yellow(); }
  size_t thread_size() const noexcept { return kYellowBytes + kStackBytes; }

  /// Whether the address lies in the red or yellow zone.
  bool IsBelow(uintptr_t address) const noexcept {
    return address >= base() && address < base() + red_bytes_ + kYellowBytes;
  }

  /// The readable part: the thread's stack, without the yellow zone while that is closed.
  uintptr_t readable_begin() const noexcept {
    return base() + red_bytes_ + (yellow_open_ ? 0 : kYellowBytes);
  }
  uintptr_t end() const noexcept { return base() + red_bytes_ + thread_size(); }

  /// An address that never contains code: arriving there means leaving the guest. It is readable,
  /// because unwinders read there.
  uintptr_t leave_address() const noexcept {
    return base() + red_bytes_ + thread_size() + kAlternateBytes + kNowhereBytes / 2;
  }

  /// Opens the yellow zone; false if it is already open or the address lies elsewhere.
  /// Async-signal-safe.
  bool OpenYellow(uintptr_t address) noexcept;

  /// Closes the yellow zone if it is open.
  void CloseYellow() noexcept;

  /// Returns the memory below the caller's frame to the system, if the caller runs on this stack.
  void Release() const noexcept;

  /// The alternate signal stack, for sigaltstack().
  stack_t alternate_stack() const noexcept;

 private:
  // Larger than any frame of a compiled guest function (a module may declare locals for a
  // gigabyte), so that no frame can skip it. It takes address space but no memory. Where address
  // space is limited (RLIMIT_AS), the smaller size must do.
  static constexpr size_t kLargeRedBytes = size_t{2} << 30;
  static constexpr size_t kSmallRedBytes = size_t{4} << 20;
  // What host code gets when the guest has used up its stack. Large, because the guest may recurse
  // on into it until it can be left.
  static constexpr size_t kYellowBytes = size_t{32} << 20;
  // Room for deep recursion in a guest. Pages take memory only once they are touched.
  static constexpr size_t kStackBytes = size_t{16} << 20;
  static constexpr size_t kAlternateBytes = size_t{128} << 10;
  // A multiple of every page size.
  static constexpr size_t kNowhereBytes = size_t{64} << 10;

  uintptr_t base() const noexcept { return reinterpret_cast<uintptr_t>(base_); }
  uint8_t* yellow() const noexcept { return static_cast<uint8_t*>(base_) + red_bytes_; }
  size_t mapped_size() const noexcept {
    return red_bytes_ + thread_size() + kAlternateBytes + kNowhereBytes;
  }

  size_t red_bytes_ = kLargeRedBytes;
  void* base_ = nullptr;
  bool yellow_open_ = false;
};

}  // namespace wasmedge_embed
