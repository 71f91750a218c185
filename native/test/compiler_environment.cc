#include <cstdlib>

namespace wasmedge_embed {
namespace {

// The tests compile and run in one process, in any order: whichever opens WasmEdge first must open
// it with its compiler.
[[maybe_unused]] const int set = setenv("WASMEDGE_EMBED_LLVM", "load", 1);

}  // namespace
}  // namespace wasmedge_embed
