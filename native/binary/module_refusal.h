#pragma once

#include <cstdint>
#include <string>

namespace wasmedge_embed {

/// Throws `Error(kModuleInvalid)`. `name` is what messages call the module, `reason` what is wrong
/// and what to do, to follow the name.
[[noreturn]] void RefuseModule(const std::string& name, const std::string& reason);

/// Refuses a module with more than `most` of something: "locals in a function".
void BoundModule(const std::string& name, uint64_t count, uint64_t most, const char* what);

/// A byte as messages have it: "0x60".
std::string ToHex(uint8_t byte);

}  // namespace wasmedge_embed
