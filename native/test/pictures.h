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

/// Every JPEG file below `folder` that libjpeg decodes to RGB or grey without an error, scaled to
/// width × height; sorted by path. Files of the same content come once.
std::vector<Picture> ReadPhotographs(const std::string& folder, size_t width, size_t height);

/// Pictures that are unlike photographs: black, white, grey, primary colours, stripes and
/// checkerboards of several widths, ramps, and noise of several kinds.
std::vector<Picture> MakePictures(size_t width, size_t height);

}  // namespace wasmedge_embed::test
