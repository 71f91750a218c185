#include "binary/guest_state.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

#include "binary/extern_kind.h"
#include "binary/module_refusal.h"
#include "binary/wasm_instructions.h"
#include "binary/wasm_writer.h"

namespace wasmedge_embed {
namespace {

using Bytes = std::vector<uint8_t>;

constexpr uint8_t kI32 = 0x7F;
constexpr uint8_t kI64 = 0x7E;
constexpr uint8_t kF32 = 0x7D;
constexpr uint8_t kF64 = 0x7C;
constexpr uint8_t kVector = 0x7B;
constexpr uint8_t kFunctionReference = 0x70;

constexpr uint8_t kReferenceFunction = 0xD2;
constexpr uint8_t kReferenceNull = 0xD0;
constexpr uint8_t kConstantI32 = 0x41;
constexpr uint8_t kEnd = 0x0B;

// Flags of segments. For element segments: passive or declarative; explicit index, or declarative;
// expressions.
constexpr uint32_t kIsNotActive = 1;
constexpr uint32_t kHasIndex = 2;
constexpr uint32_t kHasExpressions = 4;
constexpr uint32_t kPassive = 1;
constexpr uint32_t kDeclarative = 3;

/// Reads parts of a module that WasmEdge has validated or will validate.
class Reader : public WasmReader {
 public:
  Reader(WasmBytes bytes, const std::string& name)
      : WasmReader(bytes), bytes_(bytes), name_(name) {}

  template <typename T>
  T Need(std::optional<T> value) const {
    if (!value) FailMalformed();
    return *value;
  }
  void Require(bool condition) const {
    if (!condition) FailMalformed();
  }
  [[noreturn]] void FailMalformed() const {
    RefuseModule(name_, "is truncated or malformed: the contents of a section are cut off.");
  }
  const std::string& name() const { return name_; }

  uint32_t NeedU32() { return Need(U32()); }
  uint8_t NeedByte() { return Need(Byte()); }

  /// The bytes read since then.
  WasmBytes Since(size_t begin) const { return {bytes_.data + begin, position() - begin}; }

  /// Skips a constant expression and reports the functions it refers to.
  void SkipExpression(const std::function<void(uint32_t)>& refers = nullptr) {
    while (true) {
      const uint8_t opcode = NeedByte();
      WasmImmediates immediates = kWasmImmediates[opcode];
      if (immediates == WasmImmediates::kVectorPrefix) immediates = ImmediatesOfVector(NeedU32());
      switch (immediates) {
        case WasmImmediates::kEnd:
          return;
        case WasmImmediates::kNone:
          break;
        case WasmImmediates::kNumber:
          if (opcode == kReferenceFunction) {
            const uint32_t function = NeedU32();
            if (refers) refers(function);
          } else {
            Require(SkipNumber());
          }
          break;
        case WasmImmediates::kFourBytes:
          Require(Skip(4));
          break;
        case WasmImmediates::kEightBytes:
          Require(Skip(8));
          break;
        case WasmImmediates::kSixteenBytes:
          Require(Skip(16));
          break;
        case WasmImmediates::kReferenceType:
          Require(Skip(1));
          break;
        default:
          FailMalformed();
      }
    }
  }

 private:
  WasmBytes bytes_;
  const std::string& name_;
};

struct Segment : StateOutline::Segment {
  /// Whether an element segment only declares functions so that code may refer to them.
  bool is_declarative = false;
  /// Of an element segment.
  uint8_t type = kFunctionReference;
  WasmBytes bytes;
};

Segment ReadData(Reader& reader) {
  const size_t begin = reader.position();
  Segment segment;
  const uint32_t flags = reader.NeedU32();
  reader.Require(flags <= kHasIndex);
  segment.is_passive = flags == kPassive;
  if (flags == kHasIndex) reader.Require(reader.SkipNumber());
  if (!segment.is_passive) reader.SkipExpression();
  segment.size = reader.NeedU32();
  reader.Require(reader.Skip(segment.size));
  segment.bytes = reader.Since(begin);
  return segment;
}

/// Calls `refers` with the index of each function that the segment refers to.
Segment ReadElements(Reader& reader, const std::function<void(uint32_t)>& refers = nullptr) {
  const size_t begin = reader.position();
  Segment segment;
  const uint32_t flags = reader.NeedU32();
  reader.Require(flags <= (kIsNotActive | kHasIndex | kHasExpressions));
  const bool is_active = (flags & kIsNotActive) == 0;
  segment.is_passive = !is_active && (flags & kHasIndex) == 0;
  segment.is_declarative = !is_active && !segment.is_passive;
  if (is_active) {
    if ((flags & kHasIndex) != 0) reader.Require(reader.SkipNumber());
    reader.SkipExpression();
  }
  if ((flags & (kIsNotActive | kHasIndex)) != 0) {
    // A reference type, or the only element kind there is.
    const uint8_t type = reader.NeedByte();
    if ((flags & kHasExpressions) != 0) segment.type = type;
  }
  segment.size = reader.NeedU32();
  for (uint32_t index = 0; index < segment.size; ++index) {
    if ((flags & kHasExpressions) != 0) {
      reader.SkipExpression(refers);
      continue;
    }
    const uint32_t function = reader.NeedU32();
    if (refers) refers(function);
  }
  segment.bytes = reader.Since(begin);
  return segment;
}

struct Global : StateOutline::Global {
  WasmBytes bytes;
};

Global ReadGlobal(Reader& reader, const std::function<void(uint32_t)>& refers = nullptr) {
  const size_t begin = reader.position();
  Global global;
  global.type = reader.NeedByte();
  global.is_mutable = reader.NeedByte() != 0;
  reader.SkipExpression(refers);
  global.bytes = reader.Since(begin);
  return global;
}

void Each(Reader& reader, const std::function<void(uint32_t index)>& entry) {
  const uint32_t count = reader.NeedU32();
  for (uint32_t index = 0; index < count; ++index) entry(index);
}

/// The number of imported functions.
uint32_t ReadImports(Reader& reader) {
  uint32_t functions = 0;
  Each(reader, [&](uint32_t) {
    reader.Need(reader.Name());
    reader.Need(reader.Name());
    if (reader.NeedByte() != extern_kind::kFunction) {
      RefuseModule(reader.name(),
                   "imports a memory, a table or a global, so a snapshot of it is not possible.");
    }
    reader.NeedU32();
    ++functions;
  });
  return functions;
}

/// The order in which the rewritten sections appear in a module.
unsigned OrderOf(uint8_t section) {
  switch (section) {
    case WasmSection::kDataCount:
      return 2U * WasmSection::kElements + 1;
    default:
      return 2U * section;
  }
}

/// Replaces sections of a module: absent ones are removed, and new ones added.
Bytes Rewrite(WasmBytes module, const std::string& name,
              std::map<unsigned, std::pair<uint8_t, std::optional<Bytes>>> sections) {
  constexpr size_t kMostOfHead = 16;
  size_t most = module.size;
  for (const auto& [order, section] : sections) {
    if (section.second) most += section.second->size() + kMostOfHead;
  }
  Bytes result;
  result.reserve(most);
  AppendBytes(result, {module.data, std::min<size_t>(module.size, 8)});
  const auto append = [&result](uint8_t id, const Bytes& payload) {
    result.push_back(id);
    AppendNumber(result, payload.size());
    result.insert(result.end(), payload.begin(), payload.end());
  };
  const auto append_until = [&](unsigned order) {
    while (!sections.empty() && sections.begin()->first < order) {
      const auto& [id, payload] = sections.begin()->second;
      if (payload) append(id, *payload);
      sections.erase(sections.begin());
    }
  };
  WasmSections reader(module);
  while (!reader.AtEnd()) {
    const size_t begin = reader.position();
    const auto section = reader.Next();
    if (!section) RefuseModule(name, "is truncated or malformed: a section is cut off.");
    if (section->id != WasmSection::kCustom) {
      const unsigned order = OrderOf(section->id);
      append_until(order);
      if (sections.count(order) != 0) {
        append_until(order + 1);
        continue;
      }
    }
    AppendBytes(result, {module.data + begin, reader.position() - begin});
  }
  append_until(UINT32_MAX);
  return result;
}

void ForEachSection(WasmBytes module, const std::string& name,
                    const std::function<void(uint8_t, Reader&)>& read) {
  WasmSections sections(module);
  while (!sections.AtEnd()) {
    const auto section = sections.Next();
    if (!section) RefuseModule(name, "is truncated or malformed: a section is cut off.");
    Reader reader(section->payload, name);
    read(section->id, reader);
  }
}

constexpr std::string_view kPrefix = "snapshot-";

/// The number in a name of the form "snapshot-NUMBER…", if it is one.
std::optional<uint32_t> NumberIn(std::string_view name) {
  constexpr uint32_t kMost = 100'000'000;
  if (name.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  std::optional<uint32_t> number;
  for (const char digit : name.substr(kPrefix.size())) {
    if (digit < '0' || digit > '9') break;
    number = number.value_or(0) * 10 + static_cast<uint32_t>(digit - '0');
    if (*number > kMost) return std::nullopt;
  }
  return number;
}

Bytes ConstantOf(const GuestState& state, uint32_t index, uint8_t type) {
  const std::array<uint8_t, 16>& bits = state.globals[index];
  const auto number = [&bits](unsigned size) {
    uint64_t value = 0;
    for (unsigned byte = 0; byte < size; ++byte) value |= uint64_t{bits[byte]} << (8 * byte);
    return value;
  };
  Bytes expression;
  const auto append_bits = [&](uint8_t opcode, size_t size) {
    expression.push_back(opcode);
    expression.insert(expression.end(), bits.begin(), bits.begin() + static_cast<long>(size));
  };
  switch (type) {
    case kI32:
      expression.push_back(kConstantI32);
      AppendSignedNumber(expression, static_cast<int32_t>(number(4)));
      break;
    case kI64:
      expression.push_back(0x42);
      AppendSignedNumber(expression, static_cast<int64_t>(number(8)));
      break;
    case kF32:
      append_bits(0x43, 4);
      break;
    case kF64:
      append_bits(0x44, 8);
      break;
    case kVector:
      expression.push_back(0xFD);
      append_bits(12, 16);
      break;
    default: {
      const auto function = static_cast<uint32_t>(number(4));
      if (type == kFunctionReference && function != GuestState::kNull) {
        expression.push_back(kReferenceFunction);
        AppendNumber(expression, function);
      } else {
        expression.push_back(kReferenceNull);
        expression.push_back(type);
      }
    }
  }
  expression.push_back(kEnd);
  return expression;
}

/// Writes the initial state of instances.
class StateWriter {
 public:
  StateWriter(const GuestState& state, const std::string& name) : state_(state), name_(name) {}

  Bytes Write(WasmBytes module) {
    const StateOutline outline = ReadStateOutline(module, name_);
    if (outline.has_memory != state_.memory_pages.has_value() ||
        outline.globals.size() != state_.globals.size() ||
        outline.tables.size() != state_.tables.size() ||
        outline.data.size() != state_.dropped_data.size() ||
        outline.elements.size() != state_.dropped_elements.size()) {
      RefuseModule(name_, "is not the module that the snapshot was taken of.");
    }
    declared_.resize(outline.functions);
    ForEachSection(module, name_, [this](uint8_t id, Reader& reader) { WriteSection(id, reader); });
    if (!elements_.empty() || HasReferences()) Put(WasmSection::kElements, WriteElements());
    return Rewrite(module, name_, std::move(sections_));
  }

 private:
  void Put(uint8_t id, std::optional<Bytes> payload) {
    sections_[OrderOf(id)] = {id, std::move(payload)};
  }

  void WriteSection(uint8_t id, Reader& reader) {
    switch (id) {
      case WasmSection::kTables:
        return Put(id, Vector(reader, [&](Bytes& bytes, uint32_t index) {
                     bytes.push_back(reader.NeedByte());
                     AppendLimits(bytes, reader, state_.tables[index].size());
                   }));
      case WasmSection::kMemories:
        return Put(id, Vector(reader, [&](Bytes& bytes, uint32_t) {
                     AppendLimits(bytes, reader, *state_.memory_pages);
                   }));
      case WasmSection::kGlobals:
        return Put(id, Vector(reader, [&](Bytes& bytes, uint32_t index) {
                     const Global global =
                         ReadGlobal(reader, [this](uint32_t function) { Declare(function); });
                     if (!global.is_mutable) return AppendBytes(bytes, global.bytes);
                     bytes.push_back(global.type);
                     bytes.push_back(1);
                     const Bytes value = ConstantOf(state_, index, global.type);
                     bytes.insert(bytes.end(), value.begin(), value.end());
                   }));
      case WasmSection::kStart:
        return Put(id, std::nullopt);
      case WasmSection::kElements:
        return Each(reader, [&](uint32_t index) { ReadSegment(reader, index); });
      case WasmSection::kData:
        return Put(id, Vector(reader, [&](Bytes& bytes, uint32_t index) {
                     const Segment segment = ReadData(reader);
                     if (segment.is_passive && !state_.dropped_data[index]) {
                       return AppendBytes(bytes, segment.bytes);
                     }
                     AppendNumber(bytes, kPassive);
                     AppendNumber(bytes, 0);
                   }));
      default:
        return;
    }
  }

  static Bytes Vector(Reader& reader, const std::function<void(Bytes&, uint32_t)>& entry) {
    Bytes bytes;
    const uint32_t count = reader.NeedU32();
    AppendNumber(bytes, count);
    for (uint32_t index = 0; index < count; ++index) entry(bytes, index);
    return bytes;
  }

  static void AppendLimits(Bytes& bytes, Reader& reader, uint64_t minimum) {
    const WasmLimits limits = reader.Need(reader.Limits());
    bytes.push_back(limits.flags);
    AppendNumber(bytes, minimum);
    if (limits.maximum) AppendNumber(bytes, *limits.maximum);
  }

  void ReadSegment(Reader& reader, uint32_t index) {
    std::vector<uint32_t> functions;
    const Segment segment =
        ReadElements(reader, [&](uint32_t function) { functions.push_back(function); });
    Bytes bytes;
    if (segment.is_declarative || (segment.is_passive && !state_.dropped_elements[index])) {
      AppendBytes(bytes, segment.bytes);
    } else {
      AppendNumber(bytes, kIsNotActive | kHasExpressions);
      bytes.push_back(segment.type);
      AppendNumber(bytes, 0);
      // Code may only refer to functions that a segment, a global or an export names.
      for (const uint32_t function : functions) Declare(function);
    }
    elements_.push_back(std::move(bytes));
  }

  void Declare(uint32_t function) {
    if (function < declared_.size()) declared_[function] = true;
  }

  bool HasReferences() const {
    return std::any_of(state_.tables.begin(), state_.tables.end(), [](const auto& table) {
      return std::any_of(table.begin(), table.end(),
                         [](uint32_t each) { return each != GuestState::kNull; });
    });
  }

  Bytes WriteElements() {
    for (uint32_t table = 0; table < state_.tables.size(); ++table) AppendTable(table);
    Bytes functions;
    uint32_t count = 0;
    for (uint32_t function = 0; function < declared_.size(); ++function) {
      if (!declared_[function]) continue;
      AppendNumber(functions, function);
      ++count;
    }
    if (count != 0) {
      Bytes& segment = elements_.emplace_back();
      AppendNumber(segment, kDeclarative);
      segment.push_back(extern_kind::kFunction);
      AppendNumber(segment, count);
      segment.insert(segment.end(), functions.begin(), functions.end());
    }
    Bytes payload;
    AppendNumber(payload, elements_.size());
    for (const Bytes& segment : elements_) {
      payload.insert(payload.end(), segment.begin(), segment.end());
    }
    return payload;
  }

  using Elements = std::vector<uint32_t>;

  static bool IsReference(uint32_t element) { return element != GuestState::kNull; }

  /// Active segments with the non-null references, one for each run of them. For an instance, each
  /// segment costs as much as many expressions: with many runs, those close together share a
  /// segment.
  void AppendTable(uint32_t table) {
    constexpr size_t kFewRuns = 64;
    constexpr std::ptrdiff_t kShortGap = 16;
    const Elements& elements = state_.tables[table];
    size_t runs = 0;
    for (size_t index = 0; index < elements.size(); ++index) {
      if (IsReference(elements[index]) && (index == 0 || !IsReference(elements[index - 1]))) ++runs;
    }
    const std::ptrdiff_t joined = runs > kFewRuns ? kShortGap : 0;
    auto begin = std::find_if(elements.begin(), elements.end(), IsReference);
    while (begin != elements.end()) {
      auto end = std::find(begin, elements.end(), GuestState::kNull);
      auto next = std::find_if(end, elements.end(), IsReference);
      bool has_gaps = false;
      while (next != elements.end() && next - end <= joined) {
        has_gaps = true;
        end = std::find(next, elements.end(), GuestState::kNull);
        next = std::find_if(end, elements.end(), IsReference);
      }
      AppendActive(table, begin, end, has_gaps);
      begin = next;
    }
  }

  void AppendActive(uint32_t table, Elements::const_iterator begin, Elements::const_iterator end,
                    bool has_gaps) {
    Bytes& segment = elements_.emplace_back();
    AppendNumber(segment, has_gaps ? kHasIndex | kHasExpressions : kHasIndex);
    AppendNumber(segment, table);
    segment.push_back(kConstantI32);
    AppendSignedNumber(segment, begin - state_.tables[table].begin());
    segment.push_back(kEnd);
    segment.push_back(has_gaps ? kFunctionReference : extern_kind::kFunction);
    AppendNumber(segment, static_cast<uint64_t>(end - begin));
    for (; begin != end; ++begin) {
      if (!has_gaps) {
        AppendNumber(segment, *begin);
        if (*begin < declared_.size()) declared_[*begin] = false;
        continue;
      }
      if (IsReference(*begin)) {
        segment.push_back(kReferenceFunction);
        AppendNumber(segment, *begin);
      } else {
        segment.insert(segment.end(), {kReferenceNull, kFunctionReference});
      }
      segment.push_back(kEnd);
    }
  }

  const GuestState& state_;
  const std::string& name_;
  std::map<unsigned, std::pair<uint8_t, std::optional<Bytes>>> sections_;
  std::vector<Bytes> elements_;
  /// Functions named by emptied segments and by globals.
  std::vector<bool> declared_;
};

}  // namespace

bool ImportsFunctionsOnly(WasmBytes module, const std::string& name) {
  bool is_only = true;
  ForEachSection(module, name, [&is_only](uint8_t id, Reader& reader) {
    if (id != WasmSection::kImports) return;
    const uint32_t count = reader.NeedU32();
    for (uint32_t index = 0; index < count && is_only; ++index) {
      reader.Need(reader.Name());
      reader.Need(reader.Name());
      is_only = reader.NeedByte() == extern_kind::kFunction;
      if (is_only) reader.NeedU32();
    }
  });
  return is_only;
}

StateOutline ReadStateOutline(WasmBytes module, const std::string& name) {
  StateOutline outline;
  ForEachSection(module, name, [&outline](uint8_t id, Reader& reader) {
    switch (id) {
      case WasmSection::kImports:
        outline.functions += ReadImports(reader);
        return;
      case WasmSection::kFunctions:
        outline.functions += reader.NeedU32();
        return;
      case WasmSection::kTables:
        return Each(reader, [&](uint32_t) {
          outline.tables.push_back(reader.NeedByte());
          reader.Need(reader.Limits());
        });
      case WasmSection::kMemories:
        outline.has_memory = reader.NeedU32() != 0;
        return;
      case WasmSection::kGlobals:
        return Each(reader, [&](uint32_t) { outline.globals.push_back(ReadGlobal(reader)); });
      case WasmSection::kExports:
        outline.exports = reader.NeedU32();
        return;
      case WasmSection::kElements:
        return Each(reader, [&](uint32_t) { outline.elements.push_back(ReadElements(reader)); });
      case WasmSection::kData:
        return Each(reader, [&](uint32_t) { outline.data.push_back(ReadData(reader)); });
      default:
        return;
    }
  });
  return outline;
}

Bytes ExportState(WasmBytes module, const std::string& name, bool with_functions,
                  StateExports* exports) {
  exports->outline = ReadStateOutline(module, name);
  const StateOutline& outline = exports->outline;
  // The candidates are bounded by the number of exports.
  std::vector<bool> taken(size_t{outline.exports} + 1);
  Bytes given;
  ForEachSection(module, name, [&](uint8_t id, Reader& reader) {
    if (id != WasmSection::kExports) return;
    reader.NeedU32();
    const size_t begin = reader.position();
    for (uint32_t index = 0; index < outline.exports; ++index) {
      const auto number = NumberIn(reader.Need(reader.Name()));
      if (number && *number < taken.size()) taken[*number] = true;
      reader.NeedByte();
      reader.NeedU32();
    }
    AppendBytes(given, reader.Since(begin));
  });
  const auto free = std::find(taken.begin(), taken.end(), false) - taken.begin();
  exports->prefix = std::string(kPrefix) + std::to_string(free) + "-";

  uint32_t count = outline.exports;
  const auto append = [&](const std::string& suffix, uint8_t kind, uint32_t index) {
    const std::string own = exports->prefix + suffix;
    AppendNumber(given, own.size());
    given.insert(given.end(), own.begin(), own.end());
    given.push_back(kind);
    AppendNumber(given, index);
    ++count;
  };
  if (outline.has_memory) append("m", extern_kind::kMemory, 0);
  bool has_references = false;
  for (uint32_t index = 0; index < outline.globals.size(); ++index) {
    const StateOutline::Global& global = outline.globals[index];
    if (!global.is_mutable) continue;
    append("g" + std::to_string(index), extern_kind::kGlobal, index);
    if (global.type == kFunctionReference) has_references = true;
  }
  for (uint32_t index = 0; index < outline.tables.size(); ++index) {
    append("t" + std::to_string(index), extern_kind::kTable, index);
    if (outline.tables[index] == kFunctionReference) has_references = true;
  }
  const uint32_t functions = with_functions && has_references ? outline.functions : 0;
  for (uint32_t index = 0; index < functions; ++index) {
    append("f" + std::to_string(index), extern_kind::kFunction, index);
  }
  Bytes payload;
  AppendNumber(payload, count);
  payload.insert(payload.end(), given.begin(), given.end());
  return Rewrite(module, name,
                 {{OrderOf(WasmSection::kExports), {WasmSection::kExports, std::move(payload)}}});
}

Bytes BeginWithState(WasmBytes module, const GuestState& state, const std::string& name) {
  return StateWriter(state, name).Write(module);
}

}  // namespace wasmedge_embed
