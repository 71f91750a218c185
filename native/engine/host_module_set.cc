#include "engine/host_module_set.h"

#include <memory>
#include <utility>

#include "engine/guest_instance.h"
#include "engine/trap.h"
#include "wasi/wasi_module.h"

namespace wasmedge_embed {

HostModuleSet::HostModuleSet(const Module& module, const GuestOptions& options,
                             wasmedge::ExecutorContext* executor)
    : files_(options.files),
      folders_(options.folders),
      output_limit_(options.limits.output_bytes),
      limits_streams_(options.limits.limits_streams),
      scratch_limit_(options.limits.scratch_bytes),
      context_{module.api()},
      wasi_nn_(options.models, options.inference, options.limits.inference),
      tensorflow_lite_(options.inference, options.limits.inference),
      image_(options.limits.image),
      assembly_script_{[this](std::string_view text) { wasi_.WriteStderr(text); }},
      wasi_instance_(context_, WasiModule(), wasi_, module.imports()),
      wasi_nn_instance_(context_, WasiNnModule(), wasi_nn_, module.imports()),
      tensorflow_lite_instance_(context_, TensorFlowLiteModule(), tensorflow_lite_,
                                module.imports()),
      tensorflow_instance_(context_, TensorFlowModule(), tensorflow_, module.imports()) {
  const wasmedge::Api& api = module.api();
  store_ = Own<StoreHandle>(api, api.StoreCreate());
  const auto add = [&](const wasmedge::ModuleInstanceContext* host) {
    const wasmedge::Result result = api.ExecutorRegisterImport(executor, store_.get(), host);
    if (!api.ResultOK(result)) throw MakeRunError(api, result);
  };
  add(wasi_instance_.get());
  add(wasi_nn_instance_.get());
  add(tensorflow_lite_instance_.get());
  add(tensorflow_instance_.get());
  if (options.host_modules.image) {
    image_instance_.emplace(context_, ImageModule(), image_, module.imports());
    add(image_instance_->get());
  }
  if (!options.imported) return;
  imported_ = options.imported;
  imported_functions_.emplace(context_, module, *imported_, assembly_script_, options.limits.fuel);
  for (const ModuleInstanceHandle& host : imported_functions_->instances()) add(host.get());
}

void HostModuleSet::Begin(GuestInput given, Invocation& invocation) {
  WasiInput input;
  input.args = std::move(given.args);
  input.env = std::move(given.env);
  input.stdin_bytes = std::move(given.stdin_bytes);
  input.files = given.files.empty()
                    ? files_
                    : std::make_shared<const FileSystem>(*files_, std::move(given.files));
  input.folders = folders_;
  input.scratch_limit = scratch_limit_;
  input.require_running = [&invocation] {
    const StopReason reason = invocation.CheckStop();
    if (reason != StopReason::kNone) throw MakeStopError(reason);
  };
  input.collect = std::move(given.collect);
  input.streams = std::move(given.streams);
  input.inherited = given.inherited;
  input.output_limit = output_limit_;
  input.limits_streams = limits_streams_;
  wasi_.Reset(std::move(input));
}

void HostModuleSet::RequireNothingHeld() {
  const auto refuse = [](const char* what) {
    throw Error(ErrorCode::kSnapshot, std::string("The guest leaves ") + what);
  };
  if (!wasi_.descriptors().IsAsAtStart()) {
    refuse(
        "other descriptors open than it was given, and no instance that begins with the snapshot "
        "has them. Close what it opens, and nothing else.");
  }
  if (wasi_.has_scratch_files()) {
    refuse(
        "files in a scratch folder, or changes in a copied one, and no instance that begins with "
        "the snapshot has them. Keep what they hold in memory.");
  }
  if (!wasi_nn_.is_empty() || !tensorflow_lite_.is_empty()) {
    refuse(
        "models or inference sessions open, and no instance that begins with the snapshot has "
        "them. Open them when they are needed: the host keeps models ready.");
  }
}

void HostModuleSet::End() noexcept {
  wasi_nn_.Reset();
  tensorflow_lite_.Reset();
  wasi_.Clear();
}

}  // namespace wasmedge_embed
