#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/page_buffer.h"
#include "inference/check/model_reader.h"

namespace wasmedge_embed {

/// How a graph's outputs are read.
enum class OutputPath {
  /// LiteRT writes them into buffers: possible for those that are computed in every run, with
  /// shapes determined by the inputs' shapes.
  kBuffers,
  /// With an `OutputReader`: for all kinds.
  kReader,
};

/// The path for a graph of a model. `static_shapes` is that of `ModelSummary`.
OutputPath ChooseOutputPath(const ModelFile& file, size_t graph, bool static_shapes);

/// A .tflite file in the form for LiteRT: the unchanged file, preceded by tables of ours that refer
/// to those in the file. References in a FlatBuffer point forward.
///
/// The tables in front are a root with a single signature, that of the graph to run, with names of
/// our own: LiteRT throws exceptions through C for signatures without names, or with arguments that
/// differ from their graph's. With `OutputPath::kReader`, the graph also ends with the reader's
/// operator, which replaces its outputs, and so do the graphs of loops, which keep their outputs:
/// LiteRT does not ask there whether to continue.
///
/// LiteRT reads a model twice: when the model is created, for descriptions that are not needed here
/// (and it fails if the model has variables or anything else that these descriptions do not cover);
/// and when it is compiled, like TensorFlow Lite. So there is a second root for the first time,
/// that of a model with one operator. If LiteRT must verify the model itself as well, the file says
/// nothing about its state meanwhile.
struct AssembledModel {
  /// The file, with the tables in the room before it.
  PageBuffer memory;
  /// What LiteRT is given.
  uint8_t* bytes = nullptr;
  size_t size = 0;
  /// The position of the file in these bytes, aligned to 64.
  size_t file_position = 0;
  /// The positions of the two roots.
  size_t plain_root = 0;
  size_t model_root = 0;

  /// What LiteRT cannot describe of the graphs' state: bytes that mark tensors as variables, and
  /// the lengths of lists of intermediate tensors.
  struct StateMark {
    size_t position;
    uint32_t value;
    size_t size;
  };
  std::vector<StateMark> state_marks;

  /// Makes the file begin with this root.
  void SetRoot(size_t root) noexcept;
  /// Sets whether the file contains what it says about state.
  void ShowState(bool is_shown) noexcept;
};

/// The model of a file, which must have passed a check. `lent`: the buffer of that file, which is
/// taken over if it has room for the tables; the file then stays where it is. Otherwise it is
/// copied. Throws `std::bad_alloc`.
AssembledModel AssembleModel(const ModelFile& file, size_t graph, OutputPath path,
                             PageBuffer* lent);

}  // namespace wasmedge_embed
