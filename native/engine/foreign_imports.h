#pragma once

#include <string>

namespace wasmedge_embed {

/// What a module is that imports from `module` the function `name`, when that tells: an ABI or a
/// toolchain whose guests need another host than this one, and what to do. Null when it does not.
const char* ForeignHost(const std::string& module, const std::string& name) noexcept;

}  // namespace wasmedge_embed
