#pragma once

#include <cstddef>
#include <cstdint>

namespace wasmedge_embed {

/// Refuses bytes that cannot be a TensorFlow Lite model before LiteRT, which trusts its input, sees
/// them: a FlatBuffer (https://flatbuffers.dev/internals/) of at most 2 GiB with the file
/// identifier "TFL3", whose root table and vtable lie inside. Throws `Error(kModel)`.
void CheckModel(const uint8_t* bytes, size_t size);

/// Whether the bytes bear the file identifier of a TensorFlow Lite model.
bool HasModelIdentifier(const uint8_t* bytes, size_t size) noexcept;

}  // namespace wasmedge_embed
