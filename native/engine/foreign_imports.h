#pragma once

#include <string>

namespace wasmedge_embed {

/// If an import of `name` from `module` identifies an ABI or a toolchain whose guests need a
/// different host: what the module is, and what to do. Otherwise null.
const char* ForeignHost(const std::string& module, const std::string& name) noexcept;

}  // namespace wasmedge_embed
