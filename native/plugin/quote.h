#pragma once

#include <string>
#include <string_view>

namespace wasmedge_embed::plugin {

/// A JSON string. Bytes outside ASCII are copied unchanged, even a guest's invalid UTF-8: the
/// reader replaces it.
std::string Quote(std::string_view text);

}  // namespace wasmedge_embed::plugin
