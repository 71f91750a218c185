#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"
#include "inference/check/model_reader.h"

namespace wasmedge_embed {

/// How a graph's outputs reach us.
enum class OutputPath {
  /// LiteRT writes them into buffers: those that it computes in every run, of shapes that the
  /// inputs' shapes tell.
  kBuffers,
  /// By an `OutputReader`: whatever there is.
  kReader,
};

/// The path for a graph of a model. `static_shapes`: what `ModelSummary` has.
OutputPath ChooseOutputPath(const ModelFile& file, size_t graph, bool static_shapes);

/// A .tflite file as LiteRT is given it: the file as it is, and in front of it tables of our own
/// that refer to those in the file. A FlatBuffer's references lead forward.
///
/// The tables in front are a root with one signature, that of the graph which is to run, by names
/// of our own: LiteRT throws exceptions through C at signatures without names, or with other
/// arguments than their graph. With `OutputPath::kReader` the graph also ends with the reader's
/// operator in place of its outputs.
///
/// LiteRT reads a model twice: when the model is made, for descriptions that are not needed here,
/// and not at all if it has variables or whatever else these descriptions have no words for; and
/// when it is compiled, as TensorFlow Lite does. So there is a second root, that of a model with
/// one operator, for the first time. Where LiteRT is to look at the model by itself as well, the
/// file says nothing of its state meanwhile.
struct AssembledModel {
  AlignedBuffer bytes;
  /// Where the file begins in the bytes, on a boundary of 64.
  size_t file_position = 0;
  /// Where the two roots are.
  size_t plain_root = 0;
  size_t model_root = 0;

  /// What LiteRT cannot describe of the graphs' state: bytes that say which tensors are variables,
  /// and the lengths of lists of intermediate tensors.
  struct StateMark {
    size_t position;
    uint32_t value;
    size_t size;
  };
  std::vector<StateMark> state_marks;

  /// Has the file begin with this root.
  void SetRoot(size_t root) noexcept;
  /// Has the file say, or not, what it says of state.
  void ShowState(bool is_shown) noexcept;
};

/// The model of a file, which must have passed a check. Throws `std::bad_alloc`.
AssembledModel AssembleModel(const ModelFile& file, size_t graph, OutputPath path);

}  // namespace wasmedge_embed
