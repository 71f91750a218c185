#pragma once

#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"
#include "inference/run/litert_api.h"
#include "inference/run/memory_guard.h"
#include "inference/run/operand_guard.h"
#include "inference/run/tflite_api.h"

namespace wasmedge_embed {

/// Reads a graph's outputs from TensorFlow Lite's own tensors at the end of each run, with their
/// shapes at that time.
///
/// LiteRT writes outputs into buffers that exist before the run. This excludes tensors that are
/// allocated during the run, as all are whose shape depends on values; those computed before it,
/// such as from constants; constants, and inputs that are returned unchanged. LiteRT reports
/// success for these and writes nothing. So `AssembleModel` ends such a graph with an operator of
/// ours that takes all its outputs, and removes the outputs. This is that operator's kernel,
/// installed by a delegate, since a delegate's kernels have access to the tensors themselves.
///
/// LiteRT asks whether to continue only between the operators of the graph that it was told to run,
/// not within a loop. So the operator is also at the end of a loop's condition and body, without
/// inputs, where it asks.
class OutputReader {
 public:
  /// The custom operator's name in the file.
  static constexpr char kOperator[] = "wasmedge_embed_outputs";

  struct Output {
    std::vector<int32_t> shape;
    AlignedBuffer bytes;
    uint64_t byte_size = 0;
  };

  using IsStopped = bool (*)(void*);

  /// `tensors`: the outputs, by their indices in the graph. `uses`: as for `MemoryGuard`.
  /// `is_stopped`: whether the run is to stop, asked with `run`.
  OutputReader(std::vector<int32_t> tensors, const std::vector<MemoryGuard::Use>& uses,
               IsStopped is_stopped, void* run);
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;

  /// Of the last run.
  const std::vector<Output>& outputs() const noexcept { return outputs_; }

  /// Before a run: sets the limit for all outputs together. A run that exceeds it fails.
  void Start(uint64_t byte_limit) noexcept;
  /// After a run: whether the outputs have been read, or were too large.
  bool has_read() const noexcept { return has_read_; }
  bool was_too_large() const noexcept { return was_too_large_; }
  /// Guards what is requested between the operators.
  MemoryGuard& memory() noexcept { return memory_; }
  /// Guards the operators' operands.
  const OperandGuard& operands() const noexcept { return operands_; }

  /// For LiteRT's options, so that it knows the operator's name.
  static const litert::CustomKernel& PlaceHolder() noexcept;
  /// Registers the accelerator that gives each model its reader, that of `Compiling`. Once per
  /// environment. Returns LiteRT's status.
  static litert::Status Register(const litert::Api& api, litert::EnvironmentT* environment);

  /// While one exists, models compiled by this thread use `reader` for their outputs; null for
  /// none.
  class Compiling {
   public:
    explicit Compiling(OutputReader* reader) noexcept;
    ~Compiling();
    Compiling(const Compiling&) = delete;
    Compiling& operator=(const Compiling&) = delete;
  };

 private:
  static litert::Status GiveDelegate(void* runtime, litert::EnvironmentT*,
                                     const litert::AcceleratorT*, litert::OptionsT*,
                                     litert::DelegateWrapperT** wrapper);
  static litert::tflite::Status Prepare(litert::tflite::Context* context,
                                        litert::tflite::Delegate* delegate) noexcept;
  static litert::tflite::Status ReplaceOperators(litert::tflite::Context* context,
                                                 litert::tflite::Delegate* delegate);
  static void* GetReader(litert::tflite::Context*, const char* parameters, size_t);
  static litert::tflite::Status Invoke(litert::tflite::Context* context,
                                       litert::tflite::Node* node) noexcept;
  static litert::tflite::Status InvokeInLoop(litert::tflite::Context* context,
                                             litert::tflite::Node* node) noexcept;
  bool Read(const litert::tflite::Context& context);

  litert::tflite::Delegate delegate_{};
  MemoryGuard memory_;
  OperandGuard operands_;
  const IsStopped is_stopped_;
  void* const run_;
  std::vector<int32_t> tensors_;
  std::vector<Output> outputs_;
  uint64_t byte_limit_ = 0;
  bool has_read_ = false;
  bool was_too_large_ = false;
};

}  // namespace wasmedge_embed
