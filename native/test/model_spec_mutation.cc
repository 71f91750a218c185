#include "test/model_spec_mutation.h"

#include <cstdlib>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "base/error.h"
#include "inference/check/model_check.h"

namespace wasmedge_embed::test {
namespace {

// Constants are not enlarged beyond this.
constexpr size_t kMaximumConstant = size_t{1} << 20;

class SpecMutation {
 public:
  SpecMutation(ModelSpec* model, uint64_t seed)
      : graph_(model->graph()), operator_(graph_.operators.back()), random_(seed) {}

  void Apply() {
    for (uint32_t changes = 1 + Below(4); changes > 0; --changes) Change();
  }

 private:
  uint32_t Below(size_t limit) { return static_cast<uint32_t>(random_() % limit); }
  SpecTensor& AnyTensor() { return graph_.tensors[Below(graph_.tensors.size())]; }

  int32_t Integer(int32_t old) {
    const auto bits = static_cast<uint32_t>(old);
    const uint32_t values[] = {
        0,        1,          2,          3,          4,          5,        7,        8,
        16,       17,         31,         64,         100,        127,      128,      255,
        256,      1000,       4096,       32767,      32768,      65535,    65536,    1U << 20,
        1U << 24, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, bits + 1, bits - 1, bits * 2,
        bits / 2, ~bits + 1,  Below(20),  Below(20),  Below(2000)};
    return static_cast<int32_t>(values[Below(std::size(values))]);
  }

  float Real(float old) {
    const float values[] = {1e-15F,   1e-10F,     1e-5F,      1e-3F,      1.0F,       100.0F,
                            1e5F,     1e10F,      1e15F,      old * 2,    old / 2,    old * 10,
                            old / 10, old * 1000, old / 1000, old * 1e6F, old / 1e6F, 1e-30F,
                            1e30F,    1e-38F,     3e-41F,     1.0F / 256, 1.0F / 128, 1.0F / 32768};
    return values[Below(std::size(values))];
  }

  void Change() {
    switch (Below(14)) {
      case 0:
      case 1:
        ChangeScale(&AnyTensor());
        break;
      case 2:
        ChangeZeroPoint(&AnyTensor());
        break;
      case 3:
      case 4:
      case 5:
        ChangeSize(&AnyTensor());
        break;
      case 6:
        ChangeRank(&AnyTensor());
        break;
      case 7:
      case 8:
        if (!operator_.options.empty()) {
          ChangeOption(&operator_.options[Below(operator_.options.size())]);
        }
        break;
      case 9:
      case 10:
        ChangeConstant(&AnyTensor());
        break;
      case 11:
        ChangeWiring(Below(3) == 0 ? &operator_.outputs : &operator_.inputs);
        break;
      case 12:
        if (operator_.intermediates.empty() || Below(2) == 0) {
          AnyTensor().is_variable = Below(2) == 0;
        } else {
          ChangeWiring(&operator_.intermediates);
        }
        break;
      default:
        ChangeType();
    }
  }

  void ChangeScale(SpecTensor* tensor) {
    if (tensor->scales.empty()) return;
    const float value = Real(tensor->scales[0]);
    if (Below(3) == 0) {
      tensor->scales[Below(tensor->scales.size())] = value;
    } else {
      tensor->scales.assign(tensor->scales.size(), value);
    }
  }

  void ChangeZeroPoint(SpecTensor* tensor) {
    if (tensor->zero_points.empty()) return;
    tensor->zero_points[0] = Integer(static_cast<int32_t>(tensor->zero_points[0]));
  }

  void ChangeSize(SpecTensor* tensor) {
    if (tensor->shape.empty()) {
      ChangeRank(tensor);
      return;
    }
    int32_t& size = tensor->shape[Below(tensor->shape.size())];
    size = Integer(size);
  }

  void ChangeRank(SpecTensor* tensor) {
    if (tensor->shape.empty() || Below(2) == 0) {
      tensor->shape.push_back(1 + static_cast<int32_t>(Below(3)));
    } else {
      tensor->shape.erase(tensor->shape.begin() + Below(tensor->shape.size()));
    }
  }

  void ChangeOption(SpecOption* option) {
    if (auto* byte = std::get_if<int8_t>(option)) {
      *byte = static_cast<int8_t>(Below(4) == 0 ? Integer(*byte) : static_cast<int32_t>(Below(7)));
    } else if (auto* integer = std::get_if<int32_t>(option)) {
      *integer = Integer(*integer);
    } else if (auto* real = std::get_if<float>(option)) {
      *real = Real(*real) * (Below(4) == 0 ? -1.0F : 1.0F);
    } else {
      auto& list = std::get<std::vector<int32_t>>(*option);
      if (list.empty() || Below(4) == 0) list.push_back(1);
      list[Below(list.size())] = Integer(1);
    }
  }

  void ChangeConstant(SpecTensor* tensor) {
    if (!tensor->data || tensor->data->size() < sizeof(int32_t)) return;
    uint8_t* place =
        tensor->data->data() + Below(tensor->data->size() / sizeof(int32_t)) * sizeof(int32_t);
    int32_t value;
    std::memcpy(&value, place, sizeof(value));
    value = Integer(value);
    std::memcpy(place, &value, sizeof(value));
  }

  void ChangeWiring(std::vector<int32_t>* tensors) {
    constexpr int32_t kNotGiven = -1;
    const size_t place = Below(tensors->size() + 1);
    const auto other = static_cast<int32_t>(Below(graph_.tensors.size()));
    if (place == tensors->size()) {
      tensors->push_back(other);
    } else if (Below(4) == 0) {
      tensors->erase(tensors->begin() + static_cast<ptrdiff_t>(place));
    } else {
      (*tensors)[place] = Below(2) == 0 ? kNotGiven : other;
    }
  }

  void ChangeType() {
    const int8_t old = AnyTensor().type;
    const auto type = static_cast<int8_t>(Below(schema::kFloat8E5m2 + 2));
    const bool all = Below(2) == 0;
    SpecTensor& one = AnyTensor();
    for (SpecTensor& tensor : graph_.tensors) {
      if (all ? tensor.type == old : &tensor == &one) tensor.type = type;
    }
  }

  SpecGraph& graph_;
  SpecOperator& operator_;
  std::mt19937_64 random_;
};

/// The part of `text` behind `mark`; absent if the mark is not found.
std::optional<std::string_view> Behind(std::string_view text, std::string_view mark) {
  const size_t at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return text.substr(at + mark.size());
}

/// The numbers of "[1,2,3]", up to the bracket.
std::vector<int32_t> ParseShape(std::string_view text) {
  std::vector<int32_t> shape;
  for (const char* at = text.data(); *at == '[' || *at == ',';) {
    char* end = nullptr;
    const auto size = static_cast<int32_t>(std::strtoll(at + 1, &end, 10));
    if (end == at + 1) break;
    shape.push_back(size);
    at = end;
  }
  return shape;
}

bool MendShape(std::vector<SpecTensor>* tensors, std::string_view refusal) {
  const auto wrong = Behind(refusal, "of shape ");
  const auto expected = Behind(refusal, "; expected [");
  if (!wrong || !expected) return false;
  const std::vector<int32_t> shape = ParseShape(*wrong);
  for (auto tensor = tensors->rbegin(); tensor != tensors->rend(); ++tensor) {
    if (tensor->shape != shape || tensor->data) continue;
    tensor->shape = ParseShape({expected->data() - 1, expected->size() + 1});
    return true;
  }
  return false;
}

bool MendData(std::vector<SpecTensor>* tensors, std::string_view refusal) {
  const auto tensor = Behind(refusal, " bytes for its tensor ");
  const auto expected = Behind(refusal, "; expected ");
  if (!tensor || !expected) return false;
  const size_t index = std::strtoull(tensor->data(), nullptr, 10);
  const size_t bytes = std::strtoull(expected->data(), nullptr, 10);
  if (bytes > kMaximumConstant) return false;
  constexpr uint8_t kFiller = 3;
  (*tensors)[index].data->resize(bytes, kFiller);
  return true;
}

/// Changes the model to what the refusal says it expects; false if it says no such thing.
bool Mend(ModelSpec* model, const std::string& refusal) {
  std::vector<SpecTensor>* tensors = &model->graph().tensors;
  return MendData(tensors, refusal) || MendShape(tensors, refusal);
}

}  // namespace

SpecMutator::SpecMutator(uint64_t seed, const ModelLimits& limits)
    : models_(OperatorModels()), seed_(seed), limits_(limits) {}

std::vector<uint8_t> SpecMutator::Make(uint64_t number) const {
  ModelSpec model = models_[number % models_.size()].spec;
  std::seed_seq seeds{seed_ >> 32, seed_, number >> 32, number};
  SpecMutation(&model, std::mt19937_64(seeds)()).Apply();
  constexpr int kAttempts = 6;
  for (int attempt = 0;; ++attempt) {
    std::vector<uint8_t> bytes = BuildModel(model);
    if (attempt == kAttempts) return bytes;
    try {
      CheckModel(bytes.data(), bytes.size(), limits_);
      return bytes;
    } catch (const Error& error) {
      if (!Mend(&model, error.what())) return bytes;
    }
  }
}

}  // namespace wasmedge_embed::test
