#include "engine/snapshot.h"

#include <cstring>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/wasm_page.h"
#include "engine/instance_segments.h"
#include "engine/module.h"

namespace wasmedge_embed {
namespace {

class SnapshotTaker {
 public:
  SnapshotTaker(const Module& module, const wasmedge::ModuleInstanceContext* instance)
      : api_(module.api()), exports_(*module.state_exports()), instance_(instance) {}

  std::shared_ptr<const Snapshot> Take(uint64_t most_bytes, const std::function<void()>& check) {
    FindFunctions();
    GuestState state;
    std::shared_ptr<const MemoryImage> memory;
    const StateOutline& outline = exports_.outline;
    for (uint32_t index = 0; index < outline.globals.size(); ++index) {
      state.globals.push_back(ReadGlobal(index));
    }
    for (uint32_t index = 0; index < outline.tables.size(); ++index) {
      check();
      state.tables.push_back(ReadTable(index));
    }
    DroppedSegments dropped = FindDroppedSegments(api_, instance_, outline);
    state.dropped_data = std::move(dropped.data);
    state.dropped_elements = std::move(dropped.elements);
    if (outline.has_memory) {
      uint8_t* base = nullptr;
      uint64_t size = 0;
      api_.GetMemory(Find(api_.ModuleInstanceFindMemory, "m"), &base, &size);
      state.memory_pages = size / kWasmPageSize;
      memory = MemoryImage::Take(base, size, most_bytes, check);
    }
    check();
    return std::make_shared<const Snapshot>(std::move(state), std::move(memory));
  }

 private:
  /// Finds an export by the part of its name after the prefix.
  template <typename Context>
  Context* Find(Context* (*find)(const wasmedge::ModuleInstanceContext*, wasmedge::String),
                const std::string& suffix) const {
    return find(instance_, wasmedge::MakeString(exports_.prefix + suffix));
  }

  void FindFunctions() {
    for (uint32_t index = 0; index < exports_.outline.functions; ++index) {
      const wasmedge::FunctionInstanceContext* function =
          Find(api_.ModuleInstanceFindFunction, "f" + std::to_string(index));
      // None is exported if no table and no global refers to it.
      if (function == nullptr) return;
      functions_.emplace(function, index);
    }
  }

  uint32_t IndexOf(const wasmedge::Value& reference, const std::string& where) const {
    if (api_.ValueIsNullRef(reference)) return GuestState::kNull;
    if (api_.ValTypeIsFuncRef(reference.type)) {
      const auto found = functions_.find(api_.ValueGetFuncRef(reference));
      if (found != functions_.end()) return found->second;
    }
    throw Error(ErrorCode::kSnapshot, where +
                                          " refers to something of the host's, which no other "
                                          "instance has. Clear it before the function returns.");
  }

  std::array<uint8_t, 16> ReadGlobal(uint32_t index) const {
    std::array<uint8_t, 16> bits{};
    const StateOutline::Global& type = exports_.outline.globals[index];
    if (!type.is_mutable) return bits;
    const std::string number = std::to_string(index);
    const wasmedge::Value value =
        api_.GlobalInstanceGetValue(Find(api_.ModuleInstanceFindGlobal, "g" + number));
    if (type.type == kFunctionReference || type.type == kExternalReference) {
      const uint32_t function = IndexOf(value, "The global " + number);
      std::memcpy(bits.data(), &function, sizeof function);
    } else {
      std::memcpy(bits.data(), &value.bits, sizeof value.bits);
    }
    return bits;
  }

  std::vector<uint32_t> ReadTable(uint32_t index) const {
    const std::string number = std::to_string(index);
    const wasmedge::TableInstanceContext* table = Find(api_.ModuleInstanceFindTable, "t" + number);
    std::vector<uint32_t> elements(api_.TableSize(table));
    const std::string where = "Table " + number;
    for (uint64_t place = 0; place < elements.size(); ++place) {
      wasmedge::Value value{};
      if (!api_.GetTableElement(table, place, &value)) {
        throw Error(ErrorCode::kSnapshot, where + " cannot be read.");
      }
      elements[place] = IndexOf(value, where);
    }
    return elements;
  }

  static constexpr uint8_t kFunctionReference = 0x70;
  static constexpr uint8_t kExternalReference = 0x6F;

  const wasmedge::Api& api_;
  const StateExports& exports_;
  const wasmedge::ModuleInstanceContext* const instance_;
  std::unordered_map<const wasmedge::FunctionInstanceContext*, uint32_t> functions_;
};

}  // namespace

std::shared_ptr<const MemoryImage> Snapshot::RequireMemory() const {
  auto memory = std::atomic_load(&memory_);
  if (memory == nullptr && state_.memory_pages) throw Error(ErrorCode::kClosed, "closed");
  return memory;
}

void Snapshot::Forget() const noexcept {
  std::atomic_store(&memory_, std::shared_ptr<const MemoryImage>());
}

std::shared_ptr<const Snapshot> TakeSnapshot(const Module& module,
                                             const wasmedge::ModuleInstanceContext* instance,
                                             uint64_t most_bytes,
                                             const std::function<void()>& check) {
  if (module.state_exports() == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, module.name() + " does not export its state.");
  }
  return SnapshotTaker(module, instance).Take(most_bytes, check);
}

}  // namespace wasmedge_embed
