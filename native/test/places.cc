// The only file of the tests that is compiled with absolute paths: all others are the same in every
// clone, so that ccache compiles them once.
#include "test/places.h"

namespace wasmedge_embed::test {

std::string ProjectRoot() { return PROJECT_ROOT; }

std::string LargeCodeLibrary() { return LARGE_CODE_LIBRARY; }

}  // namespace wasmedge_embed::test
