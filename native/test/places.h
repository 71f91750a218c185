#pragma once

#include <string>

namespace wasmedge_embed::test {

/// The repository's root.
std::string ProjectRoot();
/// A library that consists of a lot of code.
std::string LargeCodeLibrary();

}  // namespace wasmedge_embed::test
