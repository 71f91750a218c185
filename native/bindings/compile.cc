#include "bindings/compile.h"

#include <unistd.h>

#include "bindings/background.h"
#include "compile/compiler.h"

namespace wasmedge_embed {

Napi::Value Compile(const Napi::CallbackInfo& info) {
  const auto given = info[0].As<Napi::Object>();
  CompileOptions options;
  options.optimize = given.Get("optimize").ToNumber().Int32Value();
  options.generic = given.Get("generic").ToBoolean();
  options.interruptible = given.Get("interruptible").ToBoolean();
  options.meter = given.Get("meter").ToBoolean();
  options.format = given.Get("universal").ToBoolean() ? CompiledFormat::kUniversal
                                                      : CompiledFormat::kSharedLibrary;
  const Napi::Value told = given.Get("progressDescriptor");
  if (told.IsNumber()) {
    // One byte for each percentage; nobody has to read them.
    options.on_progress = [descriptor = told.ToNumber().Int32Value()](int percent) {
      const auto byte = static_cast<uint8_t>(percent);
      if (write(descriptor, &byte, 1) < 0) return;
    };
  }
  return Background<bool>::Start(
      info.Env(),
      [input = CopyBytes(given.Get("input")),
       output = given.Get("output").As<Napi::String>().Utf8Value(), options] {
        CompileModule(input, output, options);
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

}  // namespace wasmedge_embed
