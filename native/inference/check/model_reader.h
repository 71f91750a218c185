#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inference/check/flat_buffer.h"

namespace wasmedge_embed {

/// Whether the bytes have the file identifier of a TensorFlow Lite model.
bool HasModelIdentifier(const uint8_t* bytes, size_t size) noexcept;

/// The sizes of a tensor's dimensions.
class TensorShape {
 public:
  /// LiteRT does not support more.
  static constexpr size_t kMaximumRank = 8;

  TensorShape() = default;
  /// At most `kMaximumRank` dimensions; the rest are dropped.
  TensorShape(std::initializer_list<int64_t> dimensions) noexcept;

  size_t rank() const noexcept { return rank_; }
  int64_t operator[](size_t axis) const noexcept { return dimensions_[axis]; }
  void Set(size_t axis, int64_t size) noexcept { dimensions_[axis] = size; }
  /// No effect if the rank is `kMaximumRank`.
  void Append(int64_t size) noexcept;

  const int64_t* begin() const noexcept { return dimensions_.data(); }
  const int64_t* end() const noexcept { return dimensions_.data() + rank_; }

  /// The product of the dimensions from `first` up to but excluding `last`, which must not
  /// overflow.
  uint64_t Product(size_t first, size_t last) const noexcept;
  uint64_t elements() const noexcept { return Product(0, rank_); }

  bool operator==(const TensorShape& other) const noexcept;
  bool operator!=(const TensorShape& other) const noexcept { return !(*this == other); }

  /// "[1,224,224,3]".
  std::string ToString() const;

 private:
  std::array<int64_t, kMaximumRank> dimensions_{};
  size_t rank_ = 0;
};

/// real value = scale * (stored value - zero_point), for the whole tensor or for each index of one
/// dimension.
struct FileQuantization {
  FlatVector<float> scales;
  FlatVector<int64_t> zero_points;
  int32_t dimension = 0;
  /// A member of the union QuantizationDetails; 0 if there is none.
  uint8_t details_type = 0;
  /// The tensors that contain scales and zero points, if the details name any; otherwise -1.
  int32_t scale_tensor = -1;
  int32_t zero_point_tensor = -1;
};

struct FileTensor {
  FlatTable table;
  std::string_view name;
  int8_t type = 0;
  FlatVector<int32_t> shape;
  /// Empty if there is none; -1 marks a free dimension.
  FlatVector<int32_t> shape_signature;
  uint32_t buffer = 0;
  FileQuantization quantization;
  bool is_variable = false;
  /// Whether an empty shape is certainly that of a scalar. Old files do not say.
  bool has_rank = false;
  bool is_sparse = false;
  bool has_variants = false;
  uint32_t external_buffer = 0;
};

struct FileOperator {
  FlatTable table;
  uint32_t code_index = 0;
  /// Indices of tensors; -1 is a missing optional input.
  FlatVector<int32_t> inputs;
  FlatVector<int32_t> outputs;
  /// A member of the union BuiltinOptions; 0 if there is none.
  uint8_t options_type = 0;
  std::optional<FlatTable> options;
  /// Whether it has options in the union BuiltinOptions2.
  bool has_more_options = false;
  bool has_custom_options = false;
  /// The position in the file of custom options after the FlatBuffer; both are 0 if there are none.
  uint64_t large_options_offset = 0;
  uint64_t large_options_size = 0;
  bool mutates_inputs = false;
  bool has_intermediates = false;
  /// Tensors for the operator's own use; -1 for a missing one.
  FlatVector<int32_t> intermediates;
  /// The subgraphs named in its options.
  std::vector<int32_t> subgraphs;
};

struct FileSubgraph {
  FlatTable table;
  std::vector<FileTensor> tensors;
  FlatVector<int32_t> inputs;
  FlatVector<int32_t> outputs;
  std::vector<FileOperator> operators;
};

struct FileOperatorCode {
  FlatTable table;
  /// The position of the reference to the table in the file.
  size_t reference = 0;
  /// A BuiltinOperator: the larger of the two fields that contain it.
  int32_t code = 0;
  int32_t version = 1;
  /// For a custom operator.
  std::string_view custom_name;
};

struct FileBuffer {
  FlatTable table;
  FlatVector<uint8_t> data;
  /// Whether the data are after the FlatBuffer, as in files of more than 2 GiB: at this position in
  /// the file.
  bool is_outside = false;
  uint64_t offset = 0;
  uint64_t size = 0;
};

struct FileMetadata {
  std::string_view name;
  uint32_t buffer = 0;
};

struct FileArgument {
  std::string_view name;
  uint32_t tensor = 0;
};

struct FileSignature {
  bool has_key = false;
  std::string_view key;
  std::vector<FileArgument> inputs;
  std::vector<FileArgument> outputs;
  uint32_t subgraph = 0;
};

/// The tables of a .tflite file, as they are in it: every offset and length has been followed and
/// is inside, but numbers have not been checked. Views into the bytes, which must outlive it. The
/// positions that `FlatTable` returns are where a rewrite patches the file.
class ModelFile {
 public:
  /// Limits on what is unpacked; a file with more is rejected.
  struct Bounds {
    size_t subgraphs;
    size_t tensors;
    size_t operators;
  };

  /// Throws `Error(kModel)` for bytes that are not an intact .tflite file, `Error(kLimit)` with the
  /// name of the limit, `std::bad_alloc`.
  ModelFile(const uint8_t* bytes, size_t size, const Bounds& bounds,
            FlatAlignment alignment = FlatAlignment::kNatural);
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  FlatTable root() const { return buffer_.Root(); }
  size_t size() const noexcept { return buffer_.size(); }
  const uint8_t* bytes() const noexcept { return buffer_.bytes(); }
  uint32_t version() const noexcept { return version_; }
  const std::vector<FileOperatorCode>& operator_codes() const noexcept { return operator_codes_; }
  const std::vector<FileSubgraph>& subgraphs() const noexcept { return subgraphs_; }
  const std::vector<FileBuffer>& buffers() const noexcept { return buffers_; }
  const std::vector<FileMetadata>& metadata() const noexcept { return metadata_; }
  const std::vector<FileSignature>& signatures() const noexcept { return signatures_; }
  bool has_external_buffers() const noexcept { return has_external_buffers_; }

 private:
  void ReadOperatorCodes(const FlatTable& root);
  void ReadBuffers(const FlatTable& root);
  void ReadSubgraph(const FlatTable& table);
  void ReadMetadata(const FlatTable& root);
  void ReadSignatures(const FlatTable& root);

  FlatBuffer buffer_;
  Bounds left_;
  uint32_t version_ = 0;
  std::vector<FileOperatorCode> operator_codes_;
  std::vector<FileSubgraph> subgraphs_;
  std::vector<FileBuffer> buffers_;
  std::vector<FileMetadata> metadata_;
  std::vector<FileSignature> signatures_;
  bool has_external_buffers_ = false;
};

}  // namespace wasmedge_embed
