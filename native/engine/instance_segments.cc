#include "engine/instance_segments.h"

#include <malloc.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "base/error.h"
#include "engine/handle.h"

namespace wasmedge_embed {
namespace {

using Segments = std::vector<StateOutline::Segment>;

/// A std::vector of libwasmedge, as its three pointers.
struct Words {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  uintptr_t capacity = 0;

  bool Has(size_t bytes) const {
    return begin != 0 && begin % sizeof(uintptr_t) == 0 && end - begin == bytes && capacity >= end;
  }
};

Words ReadWords(uintptr_t address) {
  Words words;
  std::memcpy(&words, reinterpret_cast<const void*>(address), sizeof words);
  return words;
}

/// Where an instance stores its segments of one kind.
struct Place {
  /// The offset in the instance of the vector of pointers to segments.
  size_t vector = 0;
  /// The offset in a segment of the vector of its content.
  size_t content = 0;
  /// The size of an element, in bytes.
  size_t element = 0;
};

/// The size of a segment's remaining content, in bytes.
std::optional<size_t> BytesOf(uintptr_t segment, const Place& place) {
  const Words words = ReadWords(segment + place.content);
  if (words.end < words.begin || words.capacity < words.end) return std::nullopt;
  return words.end - words.begin;
}

constexpr size_t kDataSizes[] = {5, 11, 3, 7, 2};
constexpr size_t kElementSizes[] = {3, 9, 1, 6, 2, 12, 4};

/// (module (func) and passive segments of the sizes above)
std::vector<uint8_t> KnownModule() {
  std::vector<uint8_t> bytes{0, 'a', 's', 'm', 1, 0, 0, 0};
  const auto section = [&bytes](uint8_t id, const std::vector<uint8_t>& payload) {
    bytes.push_back(id);
    bytes.push_back(static_cast<uint8_t>(payload.size()));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
  };
  section(WasmSection::kTypes, {1, 0x60, 0, 0});
  section(WasmSection::kFunctions, {1, 0});
  std::vector<uint8_t> elements{static_cast<uint8_t>(std::size(kElementSizes))};
  for (const size_t size : kElementSizes) {
    elements.insert(elements.end(), {1, 0, static_cast<uint8_t>(size)});
    elements.insert(elements.end(), size, 0);
  }
  section(WasmSection::kElements, elements);
  section(WasmSection::kCode, {1, 2, 0, 0x0B});
  std::vector<uint8_t> data{static_cast<uint8_t>(std::size(kDataSizes))};
  for (const size_t size : kDataSizes) {
    data.insert(data.end(), {1, static_cast<uint8_t>(size)});
    data.insert(data.end(), size, static_cast<uint8_t>(size));
  }
  section(WasmSection::kData, data);
  return bytes;
}

/// Whether all of these segments have the expected sizes if they are stored in this way. Follows
/// only what looks like a vector.
bool Fits(uintptr_t segments, const size_t* sizes, size_t count, const Place& place) {
  for (size_t index = 0; index < count; ++index) {
    uintptr_t segment = 0;
    std::memcpy(&segment, reinterpret_cast<const void*>(segments + index * sizeof segment),
                sizeof segment);
    if (segment == 0 || segment % sizeof segment != 0) return false;
    const size_t room = malloc_usable_size(reinterpret_cast<void*>(segment));
    if (room < place.content + sizeof(Words)) return false;
    const Words words = ReadWords(segment + place.content);
    if (words.begin == 0 || words.end - words.begin != sizes[index] * place.element) return false;
  }
  return true;
}

std::optional<Place> FindPlace(const void* instance, const size_t* sizes, size_t count,
                               size_t element) {
  constexpr size_t kMostContent = 64;
  const auto begin = reinterpret_cast<uintptr_t>(instance);
  const size_t room = malloc_usable_size(const_cast<void*>(instance));
  for (size_t vector = 0; vector + sizeof(Words) <= room; vector += sizeof(uintptr_t)) {
    const Words words = ReadWords(begin + vector);
    if (!words.Has(count * sizeof(uintptr_t))) continue;
    for (size_t content = 0; content < kMostContent; content += sizeof(uintptr_t)) {
      const Place place{vector, content, element};
      if (Fits(words.begin, sizes, count, place)) return place;
    }
  }
  return std::nullopt;
}

struct Places {
  std::optional<Place> data;
  std::optional<Place> elements;
};

Places FindPlaces(const wasmedge::Api& api) {
  const std::vector<uint8_t> module = KnownModule();
  const ConfigureHandle configure = Own<ConfigureHandle>(api, api.ConfigureCreate());
  const LoaderHandle loader = Own<LoaderHandle>(api, api.LoaderCreate(configure.get()));
  wasmedge::AstModuleContext* parsed = nullptr;
  if (!api.ResultOK(api.LoaderParseFromBytes(
          loader.get(), &parsed, {static_cast<uint32_t>(module.size()), module.data()}))) {
    return {};
  }
  const AstModuleHandle ast = Own<AstModuleHandle>(api, parsed);
  const ValidatorHandle validator = Own<ValidatorHandle>(api, api.ValidatorCreate(configure.get()));
  if (!api.ResultOK(api.ValidatorValidate(validator.get(), ast.get()))) return {};
  const StoreHandle store = Own<StoreHandle>(api, api.StoreCreate());
  const ExecutorHandle executor =
      Own<ExecutorHandle>(api, api.ExecutorCreate(configure.get(), nullptr));
  wasmedge::ModuleInstanceContext* made = nullptr;
  if (!api.ResultOK(api.ExecutorInstantiate(executor.get(), &made, store.get(), ast.get()))) {
    return {};
  }
  const ModuleInstanceHandle instance(made, {&api});
  // A reference has the size of a value.
  constexpr size_t kReference = 16;
  return {FindPlace(made, kDataSizes, std::size(kDataSizes), 1),
          FindPlace(made, kElementSizes, std::size(kElementSizes), kReference)};
}

[[noreturn]] void FailUnknown(const wasmedge::Api& api) {
  throw Error(ErrorCode::kSnapshot,
              "The module has passive segments, and whether they were dropped cannot be told in "
              "this build of WasmEdge " +
                  api.version() + ". Compile the module without them.");
}

/// An empty result means that none was dropped.
std::vector<bool> FindDropped(const wasmedge::Api& api, const void* instance,
                              const Segments& segments, const std::optional<Place>& place) {
  if (!place) FailUnknown(api);
  const Words words = ReadWords(reinterpret_cast<uintptr_t>(instance) + place->vector);
  if (!words.Has(segments.size() * sizeof(uintptr_t))) FailUnknown(api);
  std::vector<bool> dropped(segments.size());
  for (size_t index = 0; index < segments.size(); ++index) {
    if (!segments[index].is_passive || segments[index].size == 0) continue;
    uintptr_t segment = 0;
    std::memcpy(&segment, reinterpret_cast<const void*>(words.begin + index * sizeof segment),
                sizeof segment);
    if (segment == 0) FailUnknown(api);
    const auto bytes = BytesOf(segment, *place);
    if (!bytes || (*bytes != 0 && *bytes != segments[index].size * place->element)) {
      FailUnknown(api);
    }
    dropped[index] = *bytes == 0;
  }
  return dropped;
}

bool HasPassive(const Segments& segments) {
  return std::any_of(segments.begin(), segments.end(), [](const StateOutline::Segment& each) {
    return each.is_passive && each.size != 0;
  });
}

}  // namespace

DroppedSegments FindDroppedSegments(const wasmedge::Api& api,
                                    const wasmedge::ModuleInstanceContext* instance,
                                    const StateOutline& outline) {
  DroppedSegments dropped{std::vector<bool>(outline.data.size()),
                          std::vector<bool>(outline.elements.size())};
  const bool has_data = HasPassive(outline.data);
  const bool has_elements = HasPassive(outline.elements);
  if (!has_data && !has_elements) return dropped;
  const Places places = FindPlaces(api);
  if (has_data) dropped.data = FindDropped(api, instance, outline.data, places.data);
  if (has_elements) {
    dropped.elements = FindDropped(api, instance, outline.elements, places.elements);
  }
  return dropped;
}

}  // namespace wasmedge_embed
