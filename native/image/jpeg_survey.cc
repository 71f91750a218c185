#include "image/jpeg_survey.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace wasmedge_embed {
namespace {

constexpr uint64_t kSmallPicture = 1 << 16;
constexpr uint64_t kMaximumWork = 256;
constexpr uint64_t kVisitWork = 8;
constexpr uint64_t kSegmentWork = 1024;
/// 50 megapixels of progressive YCbCr without subsampling: 300 MB of coefficients, plus 150 MB.
constexpr uint64_t kMaximumMemory = 480'000'000;

constexpr uint8_t kBaseline = 0xC0;
constexpr uint8_t kExtended = 0xC1;
constexpr uint8_t kProgressive = 0xC2;
constexpr uint8_t kStartOfScan = 0xDA;

/// A marker's second byte and the segment of the given length.
struct Segment {
  uint8_t marker = 0;
  const uint8_t* data = nullptr;
  size_t size = 0;
};

/// The segments of a file after its first marker. Skips what is between them, as the decoder does:
/// entropy-coded data including restart markers, and stray bytes.
class Segments {
 public:
  explicit Segments(const ByteSpan& bytes) noexcept
      : next_(bytes.data + std::min<uint64_t>(bytes.size, 2)), end_(bytes.data + bytes.size) {}

  /// Nothing at the end of the image or of the file, and for damage.
  std::optional<Segment> Next() noexcept {
    const uint8_t marker = NextMarker();
    if (marker <= 0xBF || marker == 0xD8 || marker == 0xD9 || end_ - next_ < 2) {
      return std::nullopt;
    }
    const size_t length = size_t{next_[0]} << 8 | next_[1];
    if (length < 2 || length > static_cast<size_t>(end_ - next_)) return std::nullopt;
    const Segment segment{marker, next_ + 2, length - 2};
    next_ += length;
    return segment;
  }

 private:
  /// 0 if there is none.
  uint8_t NextMarker() noexcept {
    while (next_ != end_) {
      const void* found = std::memchr(next_, 0xFF, static_cast<size_t>(end_ - next_));
      if (found == nullptr) break;
      next_ = std::find_if(static_cast<const uint8_t*>(found), end_,
                           [](uint8_t byte) { return byte != 0xFF; });
      if (next_ == end_) break;
      const uint8_t marker = *next_++;
      const bool is_restart = marker >= 0xD0 && marker <= 0xD7;
      if (marker != 0 && !is_restart) return marker;
    }
    return 0;
  }

  const uint8_t* next_;
  const uint8_t* end_;
};

struct Component {
  uint8_t identifier;
  uint64_t blocks;
};

/// The content of the frame header.
struct Frame {
  bool is_progressive = false;
  uint64_t pixels = 0;
  std::vector<Component> components;
};

std::optional<Frame> ReadFrame(const Segment& segment) {
  const uint8_t* data = segment.data;
  if (segment.size < 9 || segment.size != 6 + size_t{3} * data[5]) return std::nullopt;
  const uint64_t height = uint64_t{data[1]} << 8 | data[2];
  const uint64_t width = uint64_t{data[3]} << 8 | data[4];
  const uint8_t* components = data + 6;
  const uint8_t* end = data + segment.size;
  uint64_t across = 0;
  uint64_t down = 0;
  for (const uint8_t* each = components; each != end; each += 3) {
    across = std::max<uint64_t>(across, each[1] >> 4);
    down = std::max<uint64_t>(down, each[1] & 15);
  }
  if (width == 0 || height == 0 || across == 0 || down == 0) return std::nullopt;
  const auto count = [](uint64_t pixels, uint64_t mcu) { return (pixels + mcu - 1) / mcu; };
  const uint64_t mcus = count(width, 8 * across) * count(height, 8 * down);
  Frame frame{segment.marker == kProgressive, width * height, {}};
  for (const uint8_t* each = components; each != end; each += 3) {
    frame.components.push_back({each[0], mcus * (each[1] >> 4) * (each[1] & 15)});
  }
  return frame;
}

/// The work of a scan with this header. Nothing if the decoder does not accept it.
std::optional<uint64_t> ScanWork(const Frame& frame, const Segment& segment) {
  if (segment.size == 0 || segment.size != 4 + size_t{2} * segment.data[0]) return std::nullopt;
  const uint8_t* selectors = segment.data + 1;
  const uint8_t* rest = selectors + size_t{2} * segment.data[0];
  uint64_t band = 0;
  const bool is_refinement = frame.is_progressive && rest[2] >> 4 > 0;
  if (is_refinement) {
    if (rest[1] < rest[0]) return std::nullopt;
    band = uint64_t{1} + rest[1] - rest[0];
  }
  uint64_t blocks = 0;
  for (const uint8_t* selector = selectors; selector != rest; selector += 2) {
    const auto component =
        std::find_if(frame.components.begin(), frame.components.end(),
                     [&](const Component& each) { return each.identifier == selector[0]; });
    if (component == frame.components.end()) return std::nullopt;
    blocks += component->blocks;
  }
  return blocks * std::max(band, kVisitWork);
}

}  // namespace

bool JpegSurvey::IsWithinBounds() const noexcept {
  return blocks <= std::max(8 * bytes, kSmallPicture) &&
         work <= kMaximumWork * std::max(blocks, kSmallPicture) && memory <= kMaximumMemory;
}

std::optional<JpegSurvey> SurveyJpeg(const ByteSpan& bytes) {
  JpegSurvey survey;
  survey.bytes = bytes.size;
  std::optional<Frame> frame;
  bool keeps_coefficients = false;
  Segments segments(bytes);
  while (const auto segment = segments.Next()) {
    const uint8_t marker = segment->marker;
    // All except tables of codes and markers for arithmetic coding.
    const bool is_frame = marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (is_frame) {
      if (frame) break;
      if (marker != kBaseline && marker != kExtended && marker != kProgressive) {
        return std::nullopt;
      }
      frame = ReadFrame(*segment);
      if (!frame) break;
    } else if (marker == kStartOfScan) {
      const auto work = frame ? ScanWork(*frame, *segment) : std::nullopt;
      if (!work) break;
      survey.work += *work;
      keeps_coefficients |= frame->is_progressive || segment->data[0] < frame->components.size();
    }
    survey.work += kSegmentWork;
  }
  if (!frame) return std::nullopt;

  survey.pixels = frame->pixels;
  for (const Component& component : frame->components) survey.blocks += component.blocks;
  // Pictures with inks are decoded to four bytes per pixel, then to three.
  const uint64_t pixel_bytes = frame->components.size() == 4 ? 7 : 3;
  survey.memory = pixel_bytes * survey.pixels + (keeps_coefficients ? 128 * survey.blocks : 0);
  return survey;
}

}  // namespace wasmedge_embed
