#include "inference/run/model_store.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <iterator>
#include <list>
#include <mutex>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/page_buffer.h"
#include "base/read_file.h"
#include "inference/check/model_check.h"

namespace wasmedge_embed {
namespace {

constexpr size_t kMaximumKept = 4;
constexpr size_t kPieces = 256;
constexpr size_t kPieceBytes = 16;
constexpr uint64_t kMaximumKeptBytes = uint64_t{64} << 20;

/// A hash of some of the bytes, and of their number. Hashing all of them takes longer than
/// comparing them with those of a known model, which is done in any case.
size_t Fingerprint(const uint8_t* bytes, size_t size) {
  std::array<char, kPieces * kPieceBytes> pieces{};
  const size_t step = size / kPieces;
  if (step < kPieceBytes) {
    return std::hash<std::string_view>()({reinterpret_cast<const char*>(bytes), size});
  }
  for (size_t piece = 0; piece < kPieces; ++piece) {
    std::memcpy(pieces.data() + piece * kPieceBytes, bytes + piece * step, kPieceBytes);
  }
  return std::hash<std::string_view>()({pieces.data(), pieces.size()}) ^ size;
}

class ModelStore {
 public:
  /// The process's store. Never destroyed, so that no model is freed after what it needs.
  static ModelStore& Get() {
    static ModelStore* const store = std::make_unique<ModelStore>().release();
    return *store;
  }

  /// `take` gives the bytes for a new model to keep.
  template <typename Take>
  std::shared_ptr<Model> Load(const uint8_t* bytes, size_t size, const ModelLimits& limits,
                              const Take& take) {
    const size_t hash = Fingerprint(bytes, size);
    const bool is_hosts = limits.unchecked_operators;
    if (auto model = Find(hash, bytes, size, is_hosts)) return model;
    // Without the lock: reading a model takes milliseconds. If another thread reads the same one
    // meanwhile, the later one uses the result of the first.
    auto model = std::make_shared<Model>(take(), limits);
    const ModelBytes kept = model->bytes();
    const std::lock_guard<std::mutex> lock(mutex_);
    if (auto other = FindLocked(hash, kept.data(), kept.size(), is_hosts)) return other;
    for (auto entry = models_.begin(); entry != models_.end();) {
      entry = entry->second.expired() ? models_.erase(entry) : std::next(entry);
    }
    models_.emplace(hash, model);
    return model;
  }

  void Keep(const std::shared_ptr<Model>& model) {
    // Freed after the lock is released.
    std::list<std::shared_ptr<Model>> dropped;
    std::list<std::shared_ptr<Model>> added{model};
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto known = std::find(kept_.begin(), kept_.end(), model);
    if (known != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, known);
      return;
    }
    kept_.splice(kept_.begin(), added);
    uint64_t bytes = 0;
    size_t count = 0;
    const auto first_too_many = std::find_if(kept_.begin(), kept_.end(), [&](const auto& kept) {
      bytes += kept->bytes().size();
      return ++count > kMaximumKept || bytes > kMaximumKeptBytes;
    });
    dropped.splice(dropped.begin(), kept_, first_too_many, kept_.end());
  }

  void Forget() noexcept {
    std::list<std::shared_ptr<Model>> dropped;
    const std::lock_guard<std::mutex> lock(mutex_);
    dropped.swap(kept_);
  }

 private:
  std::shared_ptr<Model> Find(size_t hash, const uint8_t* bytes, size_t size, bool is_hosts) {
    const std::lock_guard<std::mutex> lock(mutex_);
    return FindLocked(hash, bytes, size, is_hosts);
  }

  std::shared_ptr<Model> FindLocked(size_t hash, const uint8_t* bytes, size_t size,
                                    bool is_hosts) const {
    const auto [begin, end] = models_.equal_range(hash);
    for (auto entry = begin; entry != end; ++entry) {
      // The hash is not secret: guests can create two models with the same hash.
      auto model = entry->second.lock();
      // A model checked as the host's must not be used for a guest, whose models have stricter
      // rules.
      if (model != nullptr && model->is_hosts() == is_hosts && model->bytes().size() == size &&
          std::memcmp(model->bytes().data(), bytes, size) == 0) {
        return model;
      }
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::unordered_multimap<size_t, std::weak_ptr<Model>> models_;
  // The last one used comes first.
  std::list<std::shared_ptr<Model>> kept_;
};

}  // namespace

std::shared_ptr<Model> LoadModel(const uint8_t* bytes, size_t size) {
  return ModelStore::Get().Load(bytes, size, ModelLimits::Own(),
                                [&] { return PageBuffer::Copy(bytes, size); });
}

std::shared_ptr<Model> LoadModelFile(const std::string& path) {
  constexpr ModelLimits kLimits = ModelLimits::Own();
  PageBuffer bytes = ReadFileIntoPages(path, kLimits.model_bytes);
  return ModelStore::Get().Load(bytes.data(), bytes.size(), kLimits,
                                [&] { return std::move(bytes); });
}

std::shared_ptr<Model> LoadGuestModel(const uint8_t* bytes, size_t size,
                                      const ModelLimits& limits) {
  auto model = ModelStore::Get().Load(bytes, size, limits, [&] {
    // Copying takes time in proportion to the size, checking does not: a guest could offer what is
    // no model again and again. The copy is checked as well, since it is what is used.
    CheckModel(bytes, size, limits);
    return PageBuffer::Copy(bytes, size);
  });
  // It may already exist, accepted with other limits.
  RequireWithin(model->summary(), limits);
  ModelStore::Get().Keep(model);
  return model;
}

void ForgetGuestModels() noexcept { ModelStore::Get().Forget(); }

}  // namespace wasmedge_embed
