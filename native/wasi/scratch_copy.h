#pragma once

#include <functional>
#include <memory>
#include <string>

#include "wasi/host_folder.h"
#include "wasi/scratch_storage.h"

namespace wasmedge_embed::wasi {

/// Throws if the invocation is to end. May be empty.
using RequireRunning = std::function<void()>;

/// Copies the current content of `folder` into `root`, an empty folder of `storage`: directories,
/// symbolic links as they are, and regular files with their times; a file with two names becomes
/// two files, and holes are filled. Sockets, FIFOs and devices are left out, and so is what
/// disappears meanwhile. `name` is the folder's in messages; `require_running` is called often.
///
/// Throws `Error` kLimit "scratchBytes" if there is no room, also for more names than could have
/// room, of whatever kind, and kInvalidArgument if something cannot be read.
void CopyIntoScratch(const std::shared_ptr<const HostFolder>& folder, const std::string& name,
                     ScratchStorage& storage, ScratchNode& root,
                     const RequireRunning& require_running);

}  // namespace wasmedge_embed::wasi
