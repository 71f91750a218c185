#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "engine/guest_options.h"
#include "engine/handle.h"
#include "engine/host_instance.h"
#include "engine/imported_functions.h"
#include "engine/module.h"
#include "host/assembly_script.h"
#include "host/image.h"
#include "host/tensorflow.h"
#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "wasi/wasi_state.h"

namespace wasmedge_embed {

/// The host modules that a guest's instance is linked to, with their states and the store that
/// holds them. A slot has one set for all of its fresh instances; a kept instance has its own,
/// which moves with it from thread to thread.
///
/// Used by one thread at a time.
class HostModuleSet {
 public:
  /// For guests of `module`, which must outlive it; `executor` is used only during construction.
  HostModuleSet(const Module& module, const GuestOptions& options,
                wasmedge::ExecutorContext* executor);
  HostModuleSet(const HostModuleSet&) = delete;
  HostModuleSet& operator=(const HostModuleSet&) = delete;

  wasmedge::StoreContext* store() const noexcept { return store_.get(); }
  WasiState& wasi() noexcept { return wasi_; }

  /// While one exists, the guest's host calls belong to this invocation.
  class InvocationScope {
   public:
    InvocationScope(HostModuleSet& set, Invocation& invocation) noexcept : set_(set) {
      set_.context_.invocation = &invocation;
    }
    ~InvocationScope() { set_.context_.invocation = nullptr; }
    InvocationScope(const InvocationScope&) = delete;
    InvocationScope& operator=(const InvocationScope&) = delete;

   private:
    HostModuleSet& set_;
  };

  /// Prepares for a new guest. Throws `Error(kInvalidArgument)` for strings that no guest can hold
  /// and for files that conflict with the module's, and as for a stop if the invocation is to end
  /// before folders are copied.
  void Begin(GuestInput input, Invocation& invocation);

  /// Throws `Error(kSnapshot)` if the guest holds something here that another instance would not
  /// have: an open descriptor, a file in a scratch folder, a model or a session.
  void RequireNothingHeld();

  /// The guest has ended: releases its models, sessions, descriptors and input. Its output must be
  /// taken before.
  void End() noexcept;

 private:
  // In the order of construction: the host instances refer to the context and the states, the store
  // to the host instances.
  std::shared_ptr<const FileSystem> files_;
  std::shared_ptr<const wasi::Folders> folders_;
  uint64_t output_limit_;
  bool limits_streams_;
  uint64_t scratch_limit_;
  HostContext context_;
  WasiState wasi_;
  WasiNnState wasi_nn_;
  TensorFlowLiteState tensorflow_lite_;
  TensorFlowState tensorflow_;
  ImageState image_;
  AssemblyScriptState assembly_script_;
  HostInstance<WasiState> wasi_instance_;
  HostInstance<WasiNnState> wasi_nn_instance_;
  HostInstance<TensorFlowLiteState> tensorflow_lite_instance_;
  HostInstance<TensorFlowState> tensorflow_instance_;
  std::optional<HostInstance<ImageState>> image_instance_;
  std::shared_ptr<const std::vector<ImportedFunction>> imported_;
  std::optional<ImportedFunctions> imported_functions_;
  StoreHandle store_;
};

}  // namespace wasmedge_embed
