#include "inference/run/litert_library.h"

#include <dlfcn.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/loaded_file.h"
#include "inference/run/output_reader.h"
#include "workarounds/litert_output.h"
#include "workarounds/litert_processors.h"

namespace wasmedge_embed::litert {
namespace {

constexpr char kPathVariable[] = "WASMEDGE_EMBED_LITERT";
constexpr char kFileName[] = "libLiteRt.so";
constexpr char kRemedy[] =
    "Fetch it with 'npm run quickstart' in a clone of the repository, or with 'npx wasmedge-embed "
    "build' in an installed package; or set WASMEDGE_EMBED_LITERT to the path of libLiteRt.so of "
    "LiteRT 2.3.";
// First present in version 2.3; nothing here calls it.
constexpr char kVersionMark[] = "LiteRtSetAcceleratorGetHooks";

[[noreturn]] void ThrowLoadError(const std::string& path, const std::string& reason) {
  throw Error(ErrorCode::kNativeLoad,
              "The LiteRT library cannot be used (" + path + "): " + reason + ". " + kRemedy);
}

std::string LastLoaderError() {
  const char* text = dlerror();
  return text == nullptr ? "no reason given" : text;
}

template <typename Function>
void Resolve(void* handle, const char* name, Function* function, std::string* missing) {
  const std::string symbol = std::string("LiteRt") + name;
  *function = reinterpret_cast<Function>(dlsym(handle, symbol.c_str()));
  if (*function == nullptr) *missing += (missing->empty() ? "" : ", ") + symbol;
}

Api ResolveApi(void* handle, std::string* missing) {
  Api api{};
  const auto resolve = [&](const char* name, auto* function) {
    Resolve(handle, name, function, missing);
  };
  resolve("CreateEnvironment", &api.CreateEnvironment);
  resolve("CreateModelFromBuffer", &api.CreateModelFromBuffer);
  resolve("DestroyModel", &api.DestroyModel);
  resolve("GetModelSignature", &api.GetModelSignature);
  resolve("GetSignatureInputTensorByIndex", &api.GetSignatureInputTensorByIndex);
  resolve("GetRankedTensorType", &api.GetRankedTensorType);
  resolve("CreateOptions", &api.CreateOptions);
  resolve("DestroyOptions", &api.DestroyOptions);
  resolve("SetOptionsHardwareAccelerators", &api.SetOptionsHardwareAccelerators);
  resolve("CreateOpaqueOptions", &api.CreateOpaqueOptions);
  resolve("DestroyOpaqueOptions", &api.DestroyOpaqueOptions);
  resolve("AddOpaqueOptions", &api.AddOpaqueOptions);
  resolve("AddCustomOpKernelOption", &api.AddCustomOpKernelOption);
  resolve("CreateAccelerator", &api.CreateAccelerator);
  resolve("SetAcceleratorGetName", &api.SetAcceleratorGetName);
  resolve("SetAcceleratorGetVersion", &api.SetAcceleratorGetVersion);
  resolve("SetAcceleratorGetHardwareSupport", &api.SetAcceleratorGetHardwareSupport);
  resolve("SetIsAcceleratorDelegateResponsibleForJitCompilation",
          &api.SetIsAcceleratorDelegateResponsibleForJitCompilation);
  resolve("SetDelegateFunction", &api.SetDelegateFunction);
  resolve("RegisterAccelerator", &api.RegisterAccelerator);
  resolve("WrapDelegate", &api.WrapDelegate);
  resolve("CreateCompiledModel", &api.CreateCompiledModel);
  resolve("DestroyCompiledModel", &api.DestroyCompiledModel);
  resolve("CreateTensorBufferFromHostMemory", &api.CreateTensorBufferFromHostMemory);
  resolve("DestroyTensorBuffer", &api.DestroyTensorBuffer);
  resolve("RunCompiledModel", &api.RunCompiledModel);
  resolve("CompiledModelResizeInputTensorNonStrict", &api.CompiledModelResizeInputTensorNonStrict);
  resolve("GetCompiledModelOutputTensorLayouts", &api.GetCompiledModelOutputTensorLayouts);
  resolve("SetCompiledModelCancellationFunction", &api.SetCompiledModelCancellationFunction);
  return api;
}

/// Keeps this code loaded from now on: LiteRT's slots point to it.
void KeepThisCodeLoaded() {
  const std::string path = OwnFile();
  // Fails for a program, which stays loaded anyway.
  dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD | RTLD_NODELETE);
  dlerror();
}

}  // namespace

std::string StatusText(Status status) {
  const auto text = [status] {
    switch (status) {
      case 1:
        return "invalid argument";
      case 2:
        return "out of memory";
      case 3:
        return "failed at run time";
      case 5:
        return "unsupported";
      case 501:
        return "invalid flatbuffer";
      case 504:
        return "cannot be compiled";
      default:
        return "unknown";
    }
  };
  return "status " + std::to_string(status) + ", " + text();
}

std::string Library::DefaultPath() {
  if (const char* path = std::getenv(kPathVariable); path != nullptr && *path != '\0') return path;
  const std::string own = OwnFile();
  const size_t slash = own.rfind('/');
  return (slash == std::string::npos ? "./" : own.substr(0, slash + 1)) + kFileName;
}

const Library& Library::Get() {
  // Never destroyed, see the class.
  static const Library* const library = std::make_unique<Library>(DefaultPath()).release();
  return *library;
}

Library::Library(const std::string& path) {
  dlerror();
  handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle_ == nullptr) ThrowLoadError(path, LastLoaderError());
  std::string missing;
  api_ = ResolveApi(handle_, &missing);
  if (!missing.empty()) ThrowLoadError(path, "it has no " + missing);
  if (dlsym(handle_, kVersionMark) == nullptr) {
    ThrowLoadError(path,
                   std::string("it is older than LiteRT 2.3 (it has no ") + kVersionMark + ")");
  }
  KeepThisCodeLoaded();
  InstallWorkarounds<LitertOutput, LitertProcessors>(handle_);

  constexpr int32_t kMinimumLogSeverity = 25;
  constexpr int32_t kInteger = 2;
  constexpr int64_t kErrors = 3;
  const EnvironmentOption option{kMinimumLogSeverity, {kInteger, kErrors}};
  const Status status = api_.CreateEnvironment(1, &option, &environment_);
  if (status != kStatusOk) {
    ThrowLoadError(path, "its environment cannot be created: " + StatusText(status));
  }
  const Status registered = OutputReader::Register(api_, environment_);
  if (registered != kStatusOk) {
    ThrowLoadError(path, "it does not accept an accelerator: " + StatusText(registered));
  }
}

}  // namespace wasmedge_embed::litert
