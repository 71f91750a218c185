#include "engine/foreign_imports.h"

#include <string_view>

namespace wasmedge_embed {
namespace {

constexpr std::string_view kEmscripten =
    "It seems to have been built by Emscripten for its own JavaScript. Link it with "
    "-sSTANDALONE_WASM, or build it with wasi-sdk's clang.";
constexpr std::string_view kWasmBindgen =
    "It seems to have been built by wasm-bindgen for its own JavaScript. Build the crate for "
    "wasm32-wasip1 without wasm-bindgen.";

/// Identified by the module's name, or a prefix of it, and then by a prefix of the function's name.
struct Foreign {
  std::string_view module;
  std::string_view function;
  std::string_view words;
};

constexpr Foreign kForeign[] = {
    {"wasi_unstable", "", "It was built for WASI preview 0: rebuild it for wasm32-wasip1."},
    {"wasi:", "",
     "It was built for WASI preview 2 and extracted from a component: rebuild it for "
     "wasm32-wasip1."},
    {"wasi", "thread-spawn", "It uses threads, which are not supported: build it without them."},
    {"extism:", "",
     "It is an Extism plug-in, which requires Extism's own memory and host functions."},
    {"gojs", "", "It was built by Go with GOOS=js: build it with GOOS=wasip1 GOARCH=wasm."},
    {"go", "runtime.", "It was built by Go with GOOS=js: build it with GOOS=wasip1 GOARCH=wasm."},
    {"rb-js-abi-host", "",
     "It is Ruby with its bindings to JavaScript: use a build of ruby.wasm without the js gem."},
    {"__wbindgen_", "", kWasmBindgen},
    {"wbg", "__wb", kWasmBindgen},
    // For bundlers: the accompanying file, such as "./hello_bg.js".
    {"./", "__wb", kWasmBindgen},
    {"env", "emscripten_", kEmscripten},
    {"env", "_emscripten_", kEmscripten},
    {"env", "invoke_", kEmscripten},
    {"env", "__cxa_", kEmscripten},
    {"env", "__syscall_", kEmscripten},
};

bool Begins(std::string_view text, std::string_view start) noexcept {
  return text.substr(0, start.size()) == start;
}

}  // namespace

const char* ForeignHost(const std::string& module, const std::string& name) noexcept {
  for (const Foreign& each : kForeign) {
    const char last = each.module.back();
    const bool is_prefix = last == ':' || last == '_' || last == '/';
    const bool is_module = is_prefix ? Begins(module, each.module) : module == each.module;
    if (is_module && Begins(name, each.function)) return each.words.data();
  }
  return nullptr;
}

}  // namespace wasmedge_embed
