#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/host_modules.h"
#include "engine/imported_functions.h"
#include "host/image.h"
#include "inference/run/inference_options.h"
#include "inference/run/model.h"
#include "wasi/file_system.h"
#include "wasi/wasi_state.h"

namespace wasmedge_embed {

/// What a guest may use.
struct Limits {
  /// Pages of 64 KiB that the guest's memory may have.
  uint32_t memory_pages = 65536;
  /// Bytes of stdout and stderr together.
  uint64_t output_bytes = WasiInput::kUnlimited;
  /// Whether what leaves in streams counts among these.
  bool limits_streams = false;
  /// Instructions, by WasmEdge's cost measuring (one each); the module must be compiled for it.
  std::optional<uint64_t> fuel;
  InferenceLimits inference;
  ImageLimits image;
  /// Bytes that a guest's scratch folders may take together.
  uint64_t scratch_bytes = 0;
  /// Bytes that a snapshot may have of the guest's memory.
  uint64_t snapshot_bytes = uint64_t{1} << 30;
};

/// What one guest is given beside the module's options.
struct GuestInput {
  std::vector<std::string> args;
  /// "NAME=value"
  std::vector<std::string> env;
  std::vector<uint8_t> stdin_bytes;
  /// Standard streams that lead to the embedder's; null for none.
  std::shared_ptr<StandardStreams> streams;
  /// Which of the two outputs are the process's own.
  StreamSet inherited;
  /// Beside the module's.
  std::vector<FileEntry> files;
  /// Of the scratch folders, in the end.
  std::vector<wasi::PathPattern> collect;
};

/// What all instances of a loaded module are given.
struct GuestOptions {
  std::shared_ptr<const FileSystem> files;
  /// Null stands for none; `files` knows where they are mounted.
  std::shared_ptr<const wasi::Folders> folders;
  std::shared_ptr<const ModelTable> models;
  InferenceOptions inference;
  Limits limits;
  OptionalHostModules host_modules;
  /// The module's imports that no host module serves (`LinkImports`); null for none.
  std::shared_ptr<const std::vector<ImportedFunction>> imported;
};

}  // namespace wasmedge_embed
