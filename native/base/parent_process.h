#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// From now on the kernel kills this process (SIGKILL) when the process of this identifier, its
/// parent, ends in any way. Ends at once when it has ended already.
///
/// It reaches also what no code of this process could: a main thread that is stuck, a process that
/// is stopped. The kernel counts the parent's *thread* that started this process: in Node that is
/// the thread whose event loop waits for it, and what that thread leaves behind is of no use.
void DieWithParent(int64_t parent) noexcept;

}  // namespace wasmedge_embed
