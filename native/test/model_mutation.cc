#include "test/model_mutation.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <tuple>

#include "inference/check/model_reader.h"

namespace wasmedge_embed::test {
namespace {

// Constants up to this size are shapes, axes and paddings.
constexpr size_t kSmallData = 64;

class Mutation {
 public:
  Mutation(std::vector<uint8_t>* bytes, const std::vector<std::pair<size_t, size_t>>& tables,
           uint64_t seed)
      : bytes_(*bytes), tables_(tables), random_(seed) {}

  void Apply() {
    for (uint32_t changes = 1 + Below(2) * Below(4); changes > 0; --changes) Change();
    constexpr uint32_t kOneInSoManyIsCut = 50;
    if (Below(kOneInSoManyIsCut) == 0) bytes_.resize(Below(bytes_.size()));
  }

 private:
  uint32_t Below(size_t limit) { return static_cast<uint32_t>(random_() % limit); }

  /// A position in the file with `size` bytes behind it, at a multiple of `alignment`.
  size_t Place(size_t size, size_t alignment) {
    size_t begin = 0;
    size_t end = bytes_.size();
    if (Below(10) != 0) std::tie(begin, end) = tables_[Below(tables_.size())];
    const size_t place = begin + Below(end - begin);
    return std::min(place, bytes_.size() - size) / alignment * alignment;
  }

  template <typename T>
  void Put(size_t place, T value) {
    std::memcpy(bytes_.data() + place, &value, sizeof(value));
  }
  template <typename T>
  T Get(size_t place) const {
    T value;
    std::memcpy(&value, bytes_.data() + place, sizeof(value));
    return value;
  }

  void Change() {
    switch (Below(8)) {
      case 0:
        bytes_[Place(1, 1)] ^= static_cast<uint8_t>(1 << Below(8));
        break;
      case 1:
        ChangeByte(Place(1, 1));
        break;
      case 2:
      case 3:
        ChangeWord(Place(4, 4));
        break;
      case 4:
        ChangeShort(Place(2, 2));
        break;
      case 5:
        ChangeFloat(Place(4, 4));
        break;
      case 6: {
        const size_t one = Place(4, 4);
        const size_t other = Place(4, 4);
        const auto kept = Get<uint32_t>(one);
        Put(one, Get<uint32_t>(other));
        Put(other, kept);
        break;
      }
      default: {
        const size_t size = std::min<size_t>(4U << Below(5), bytes_.size());
        std::memmove(bytes_.data() + Place(size, 4), bytes_.data() + Place(size, 4), size);
      }
    }
  }

  void ChangeByte(size_t place) {
    constexpr uint8_t kValues[] = {0, 1, 2, 3, 4, 5, 8, 16, 32, 0x7F, 0x80, 0xFE, 0xFF};
    bytes_[place] =
        Below(4) == 0 ? static_cast<uint8_t>(Below(256)) : kValues[Below(std::size(kValues))];
  }

  void ChangeWord(size_t place) {
    const auto old = Get<uint32_t>(place);
    const uint32_t values[] = {0,
                               1,
                               2,
                               3,
                               5,
                               16,
                               255,
                               65536,
                               0x7FFFFFFF,
                               0x80000000,
                               0xFFFFFFFF,
                               0xFFFFFFFE,
                               old + 1,
                               old - 1,
                               old + 4,
                               old - 4,
                               old * 2,
                               old / 2,
                               ~old + 1,
                               Below(64),
                               Below(1 << 20),
                               static_cast<uint32_t>(Place(4, 4) - place)};
    Put(place, values[Below(std::size(values))]);
  }

  void ChangeShort(size_t place) {
    const auto old = Get<uint16_t>(place);
    const uint32_t values[] = {0,        4,        6,        8,        0xFFFF,   0x7FFF,
                               old + 1U, old + 2U, old - 2U, old + 4U, old - 4U, Below(64)};
    Put(place, static_cast<uint16_t>(values[Below(std::size(values))]));
  }

  void ChangeFloat(size_t place) {
    const auto old = Get<float>(place);
    const float values[] = {0.0F,
                            -1.0F,
                            1.0F,
                            old * 1e3F,
                            old * 1e-3F,
                            old * 1e9F,
                            old * 1e-9F,
                            std::numeric_limits<float>::max(),
                            std::numeric_limits<float>::min(),
                            std::numeric_limits<float>::denorm_min(),
                            std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()};
    Put(place, values[Below(std::size(values))]);
  }

  std::vector<uint8_t>& bytes_;
  const std::vector<std::pair<size_t, size_t>>& tables_;
  std::mt19937_64 random_;
};

}  // namespace

ModelMutator::ModelMutator(std::vector<uint8_t> model, uint64_t seed)
    : model_(std::move(model)), seed_(seed) {
  const ModelFile file(model_.data(), model_.size(), {SIZE_MAX, SIZE_MAX, SIZE_MAX});
  std::vector<std::pair<size_t, size_t>> weights;
  for (const FileBuffer& buffer : file.buffers()) {
    if (buffer.data.size() <= kSmallData) continue;
    const auto begin = static_cast<size_t>(buffer.data.data() - model_.data());
    weights.emplace_back(begin, begin + buffer.data.size());
  }
  std::sort(weights.begin(), weights.end());
  size_t begin = 0;
  for (const auto& [first, last] : weights) {
    if (first > begin) tables_.emplace_back(begin, first);
    begin = std::max(begin, last);
  }
  if (begin < model_.size()) tables_.emplace_back(begin, model_.size());
}

std::vector<uint8_t> ModelMutator::Make(uint64_t number) const {
  std::vector<uint8_t> bytes = model_;
  std::seed_seq seeds{seed_ >> 32, seed_, number >> 32, number};
  std::mt19937_64 random(seeds);
  Mutation(&bytes, tables_, random()).Apply();
  return bytes;
}

}  // namespace wasmedge_embed::test
