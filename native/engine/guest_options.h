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
  /// The most memory that the guest may have, in pages of 64 KiB.
  uint32_t memory_pages = 65536;
  /// Bytes of stdout and stderr together.
  uint64_t output_bytes = WasiInput::kUnlimited;
  /// Whether output to streams counts towards this limit.
  bool limits_streams = false;
  /// Instructions, by WasmEdge's cost measuring (one each); the module must be compiled for it.
  std::optional<uint64_t> fuel;
  InferenceLimits inference;
  ImageLimits image;
  /// Bytes of all the guest's scratch folders together.
  uint64_t scratch_bytes = 0;
  /// The most bytes of a guest's memory in a snapshot.
  uint64_t snapshot_bytes = uint64_t{1} << 30;
};

/// The input of one guest, in addition to the module's options.
struct GuestInput {
  std::vector<std::string> args;
  /// "NAME=value"
  std::vector<std::string> env;
  std::vector<uint8_t> stdin_bytes;
  /// Standard streams connected to the embedder's; null if there are none.
  std::shared_ptr<StandardStreams> streams;
  /// Which of the two outputs go directly to the process's own.
  StreamSet inherited;
  /// In addition to the module's.
  std::vector<FileEntry> files;
  /// What to return from the scratch folders at the end.
  std::vector<wasi::PathPattern> collect;
};

/// Options for all instances of a loaded module.
struct GuestOptions {
  std::shared_ptr<const FileSystem> files;
  /// Null if there are none; `files` knows their mount points.
  std::shared_ptr<const wasi::Folders> folders;
  std::shared_ptr<const ModelTable> models;
  InferenceOptions inference;
  Limits limits;
  OptionalHostModules host_modules;
  /// The module's imports that no host module provides (`LinkImports`); null if there are none.
  std::shared_ptr<const std::vector<ImportedFunction>> imported;
};

}  // namespace wasmedge_embed
