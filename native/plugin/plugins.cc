#include "plugin/plugins.h"

#include <exception>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "engine/wasmedge_api.h"
#include "host/image.h"
#include "host/tensorflow.h"
#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "plugin/configuration.h"
#include "plugin/failure_log.h"
#include "plugin/named_models.h"
#include "plugin/plugin_instance.h"
#include "plugin/starter.h"
#include "workarounds/memory_reservation.h"

namespace wasmedge_embed::plugin {
namespace {

using wasmedge::ModuleDescriptor;
using wasmedge::ModuleInstanceContext;
using wasmedge::PluginDescriptor;
using wasmedge::ProgramOption;

/// Where WasmEdge stores the value of --nn-preload before it creates any module. Of several, it
/// takes the last, which cannot be detected.
wasmedge::String preload{};
const wasmedge::String no_preload{};

ProgramOption preload_option{"nn-preload",
                             "A model that guests load by name: `NAME:TensorflowLite:CPU:FILE`. "
                             "For several use the variable "
                             "WASMEDGE_EMBED_MODELS.",
                             wasmedge::ProgramOptionType::kString, &preload, &no_preload};

/// The configuration, or why it is invalid.
struct Setup {
  Configuration configuration;
  std::optional<Error> obstacle;

  Setup() {
    try {
      configuration = Configuration::FromEnvironment();
      configuration.AddPreload({preload.data, preload.length});
    } catch (const Error& error) {
      obstacle = error;
    }
  }
};

ModuleInstanceContext* CreateWasiNn(const ModuleDescriptor*) {
  Setup setup;
  auto models = std::make_shared<NamedModels>(std::move(setup.configuration.models),
                                              std::move(setup.configuration.model_settings));
  ModelLender lender = [models](std::string_view name) { return models->Find(name); };
  return PluginInstance<WasiNnState>::Create(
      wasmedge::Api::Get(), WasiNnModule(), std::move(setup.obstacle), std::move(lender),
      setup.configuration.inference, setup.configuration.inference_limits);
}

ModuleInstanceContext* CreateTensorFlowLite(const ModuleDescriptor*) {
  Setup setup;
  return PluginInstance<TensorFlowLiteState>::Create(
      wasmedge::Api::Get(), TensorFlowLiteModule(), std::move(setup.obstacle),
      setup.configuration.inference, setup.configuration.inference_limits);
}

ModuleInstanceContext* CreateTensorFlow(const ModuleDescriptor*) {
  return PluginInstance<TensorFlowState>::Create(wasmedge::Api::Get(), TensorFlowModule(),
                                                 std::nullopt);
}

ModuleInstanceContext* CreateImage(const ModuleDescriptor*) {
  Setup setup;
  return PluginInstance<ImageState>::Create(wasmedge::Api::Get(), ImageModule(),
                                            std::move(setup.obstacle),
                                            setup.configuration.image_limits);
}

/// Called by WasmEdge: nothing may be thrown through its frames.
template <ModuleInstanceContext* (*create)(const ModuleDescriptor*)>
ModuleInstanceContext* Guarded(const ModuleDescriptor* self) noexcept {
  try {
    return create(self);
  } catch (const Error& error) {
    LogFailure(error);
  } catch (const std::exception& error) {
    LogFailure(Error(ErrorCode::kNativeLoad, error.what()));
  }
  return nullptr;
}

struct Plugin {
  ModuleDescriptor module;
  PluginDescriptor descriptor;

  Plugin(const char* name, const char* description, decltype(ModuleDescriptor::create) create,
         ProgramOption* option = nullptr)
      : module{name, description, create},
        descriptor{
            name,    description, 0, {WASMEDGE_EMBED_VERSION, 0}, 1, option == nullptr ? 0U : 1U,
            &module, option} {}
  Plugin(const Plugin&) = delete;
  Plugin& operator=(const Plugin&) = delete;
};

// WasmEdge's virtual machine looks for plug-ins and modules with exactly these names, and uses
// mocks for those that it does not find.
Plugin& WasiNnPlugin() {
  static Plugin plugin("wasi_nn", "wasi-nn with TensorFlow Lite models", &Guarded<CreateWasiNn>,
                       &preload_option);
  return plugin;
}

Plugin& TensorFlowLitePlugin() {
  static Plugin plugin("wasmedge_tensorflowlite", "TensorFlow Lite sessions",
                       &Guarded<CreateTensorFlowLite>);
  return plugin;
}

Plugin& TensorFlowPlugin() {
  static Plugin plugin("wasmedge_tensorflow", "TensorFlow's functions; every call fails",
                       &Guarded<CreateTensorFlow>);
  return plugin;
}

Plugin& ImagePlugin() {
  static Plugin plugin("wasmedge_image", "JPEG and PNG pictures, decoded outside the sandbox",
                       &Guarded<CreateImage>);
  return plugin;
}

Plugin* FindPlugin(std::string_view name) {
  for (Plugin* plugin :
       {&WasiNnPlugin(), &TensorFlowLitePlugin(), &TensorFlowPlugin(), &ImagePlugin()}) {
    if (name == plugin->descriptor.name) return plugin;
  }
  return nullptr;
}

}  // namespace
}  // namespace wasmedge_embed::plugin

const wasmedge_embed::wasmedge::PluginDescriptor* wasmedge_embed_plugin(const char* name,
                                                                        const void* caller) {
  using namespace wasmedge_embed;
  plugin::FollowParent();
  plugin::RedirectProgramLog();
  try {
    plugin::Plugin* const plugin = plugin::FindPlugin(name);
    if (plugin == nullptr) return nullptr;
    MemoryReservation::OnRefusal(&plugin::EndProgram);
    const wasmedge::Api& api = wasmedge::Api::Adopt(caller);
    plugin::ReportLibrary(api.path());
    plugin->descriptor.api_version = api.line() == wasmedge::VersionLine::k0_14
                                         ? wasmedge::kPluginApiVersion0_14
                                         : wasmedge::kPluginApiVersion0_17;
    return &plugin->descriptor;
  } catch (const Error& error) {
    plugin::LogFailure(error);
  } catch (const std::exception& error) {
    plugin::LogFailure(Error(ErrorCode::kNativeLoad, error.what()));
  }
  return nullptr;
}
