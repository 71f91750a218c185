#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace wasmedge_embed::test {

/// A picture as models take it: rows of RGB bytes.
struct Picture {
  std::string name;
  std::vector<uint8_t> bytes;
};

/// Every JPEG file in `folder` that libjpeg decodes to RGB or grey without an error, scaled to
/// width × height and sorted by path. Files with the same content are used once.
std::vector<Picture> ReadPhotographs(const std::string& folder, size_t width, size_t height);

/// Pictures unlike photographs: black, white, grey, primary colours, stripes and checkerboards of
/// several widths, ramps, and several kinds of noise.
std::vector<Picture> MakePictures(size_t width, size_t height);

}  // namespace wasmedge_embed::test
