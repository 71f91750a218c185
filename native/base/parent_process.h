#pragma once

#include <cstdint>

namespace wasmedge_embed {

/// From now on, the kernel kills this process (SIGKILL) when its parent, the process with this ID,
/// ends in any way. If it has ended already, this process ends immediately.
///
/// This works even where no code of this process could: if the main thread is stuck or the process
/// is stopped. The kernel watches the parent's *thread* that started this process. In Node, that is
/// the thread whose event loop waits for it, so what outlives that thread is of no use.
void DieWithParent(int64_t parent) noexcept;

}  // namespace wasmedge_embed
