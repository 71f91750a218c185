#pragma once

#include <cstdint>
#include <string>

namespace wasmedge_embed {

/// Throws `Error(kModuleInvalid)`. `name` is the name of the module in messages. `reason` says what
/// is wrong and what to do, and follows the name.
[[noreturn]] void RefuseModule(const std::string& name, const std::string& reason);

/// Rejects a module with more than `most` of something, such as "locals in a function".
void BoundModule(const std::string& name, uint64_t count, uint64_t most, const char* what);

/// A byte as it appears in messages: "0x60".
std::string ToHex(uint8_t byte);

}  // namespace wasmedge_embed
