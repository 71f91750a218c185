#pragma once

#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"
#include "inference/run/litert_api.h"
#include "inference/run/memory_guard.h"
#include "inference/run/tflite_api.h"

namespace wasmedge_embed {

/// Reads a graph's outputs out of TensorFlow Lite's own tensors at the end of each run, with the
/// shapes that they have then.
///
/// LiteRT writes outputs into buffers that are there before the run. That leaves out tensors which
/// are made while it runs, as all are whose shape depends on values; those that are made before, as
/// what is computed of constants; constants, and inputs that are given back. LiteRT reports success
/// for these and writes nothing. So `AssembleModel` ends such a graph with an operator of our own
/// that takes all its outputs, and gives it no others. This is that operator's kernel, put there by
/// a delegate, since a delegate's kernels see the tensors themselves.
class OutputReader {
 public:
  /// The custom operator's name in the file.
  static constexpr char kOperator[] = "wasmedge_embed_outputs";

  struct Output {
    std::vector<int32_t> shape;
    AlignedBuffer bytes;
    uint64_t byte_size = 0;
  };

  /// `tensors`: the outputs, by their numbers in the graph. `uses`: as `MemoryGuard` has them.
  OutputReader(std::vector<int32_t> tensors, const std::vector<MemoryGuard::Use>& uses);
  OutputReader(const OutputReader&) = delete;
  OutputReader& operator=(const OutputReader&) = delete;

  /// Of the last run.
  const std::vector<Output>& outputs() const noexcept { return outputs_; }

  /// Before a run: what the outputs may take together. A run that gives more fails.
  void Start(uint64_t byte_limit) noexcept;
  /// After a run: whether the outputs have been read, or whether they were too large.
  bool has_read() const noexcept { return has_read_; }
  bool was_too_large() const noexcept { return was_too_large_; }
  /// What is asked for between the operators.
  MemoryGuard& memory() noexcept { return memory_; }

  /// For LiteRT's options: it knows the operator's name then.
  static const litert::CustomKernel& PlaceHolder() noexcept;
  /// Makes the accelerator known that gives each model its reader, `Compiling`'s. Once for an
  /// environment. Returns LiteRT's status.
  static litert::Status Register(const litert::Api& api, litert::EnvironmentT* environment);

  /// While it lives, models that this thread compiles read their outputs by `reader`; null for
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
  static litert::tflite::Status ReplaceOperator(litert::tflite::Context* context,
                                                litert::tflite::Delegate* delegate);
  static void* GetReader(litert::tflite::Context*, const char* parameters, size_t);
  static litert::tflite::Status Invoke(litert::tflite::Context* context,
                                       litert::tflite::Node* node) noexcept;
  bool Read(const litert::tflite::Context& context);

  litert::tflite::Delegate delegate_{};
  MemoryGuard memory_;
  std::vector<int32_t> tensors_;
  std::vector<Output> outputs_;
  uint64_t byte_limit_ = 0;
  bool has_read_ = false;
  bool was_too_large_ = false;
};

}  // namespace wasmedge_embed
