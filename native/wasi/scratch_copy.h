#pragma once

#include <memory>
#include <string>

#include "wasi/host_folder.h"
#include "wasi/scratch_storage.h"

namespace wasmedge_embed::wasi {

/// Copies what is in `folder` now into `root`, an empty folder of `storage`: directories, symbolic
/// links as they are, and regular files with their times; a file with two names becomes two files.
/// Sockets, FIFOs and devices are left out, and so is what disappears meanwhile. `name` is the
/// folder's in messages. Throws `Error` kLimit "scratchBytes" when there is no room, and
/// kInvalidArgument when something cannot be read.
void CopyIntoScratch(const std::shared_ptr<const HostFolder>& folder, const std::string& name,
                     ScratchStorage& storage, ScratchNode& root);

}  // namespace wasmedge_embed::wasi
