#include "host/assembly_script.h"

#include <sys/random.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iomanip>
#include <limits>
#include <locale>
#include <sstream>
#include <string>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

/// The most code units read from a message; longer ones are truncated.
constexpr uint32_t kMostCodeUnits = 4096;
/// The most numbers that `trace` takes.
constexpr uint32_t kTraceNumbers = 5;

void AppendUtf8(uint32_t code_point, std::string* text) {
  const auto append = [text](uint32_t byte) { text->push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    append(code_point);
    return;
  }
  if (code_point < 0x800) {
    append(0xC0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      append(0xE0 | code_point >> 12);
    } else {
      append(0xF0 | code_point >> 18);
      append(0x80 | (code_point >> 12 & 0x3F));
    }
    append(0x80 | (code_point >> 6 & 0x3F));
  }
  append(0x80 | (code_point & 0x3F));
}

/// An AssemblyScript string: UTF-16 at its address, its size in bytes in the four bytes before
/// (AssemblyScript's "Memory layout", `rtSize`). Empty for null and for addresses outside the
/// memory.
std::string ReadString(const GuestMemory& memory, uint32_t address) {
  constexpr uint32_t kSizeBytes = 4;
  uint32_t size = 0;
  ByteSpan units;
  if (address < kSizeBytes || !memory.Read(address - kSizeBytes, &size) ||
      !memory.Range(address, size, &units)) {
    return {};
  }
  const uint32_t count = size / 2;
  const auto unit_at = [&units](uint32_t index) {
    uint16_t unit;
    std::memcpy(&unit, units.data + size_t{index} * 2, sizeof unit);
    return uint32_t{unit};
  };
  std::string text;
  const uint32_t kept = std::min(count, kMostCodeUnits);
  for (uint32_t index = 0; index < kept; ++index) {
    uint32_t unit = unit_at(index);
    if (unit >= 0xD800 && unit < 0xE000) {
      const uint32_t next = unit < 0xDC00 && index + 1 < count ? unit_at(index + 1) : 0;
      if (next >= 0xDC00 && next < 0xE000) {
        unit = 0x10000 + ((unit - 0xD800) << 10) + (next - 0xDC00);
        ++index;
      } else {
        unit = 0xFFFD;  // unpaired surrogate
      }
    }
    AppendUtf8(unit, &text);
  }
  if (kept < count) text += "…";
  return text;
}

/// The number, rounded to as few digits as represent it, in every locale. (GCC 10 has no
/// `std::to_chars` for floating-point numbers.)
std::string ToText(double number) {
  using Limits = std::numeric_limits<double>;
  std::string text;
  // Those that are not needed are not written, except for subnormal numbers, which are less
  // precise.
  int digits = std::abs(number) < Limits::min() ? 1 : Limits::digits10;
  for (; digits <= Limits::max_digits10; ++digits) {
    std::ostringstream written;
    written.imbue(std::locale::classic());
    written << std::setprecision(digits) << number;
    text = written.str();
    std::istringstream read(text);
    read.imbue(std::locale::classic());
    double again = 0;
    if (read >> again && again == number) break;
  }
  return text;
}

HostOutcome Abort(AssemblyScriptState&, HostCall& call) {
  const std::string message = ReadString(call.memory(), call.I32(0));
  std::string file = ReadString(call.memory(), call.I32(1));
  if (file.empty()) file = "unknown file";
  throw Error(ErrorCode::kTrap,
              "The guest aborted: " + (message.empty() ? "no message" : message) + " (" + file +
                  ":" + std::to_string(call.I32(2)) + ":" + std::to_string(call.I32(3)) + ").",
              "abort");
}

HostOutcome Trace(AssemblyScriptState& state, HostCall& call) {
  std::string line = "trace: " + ReadString(call.memory(), call.I32(0));
  const uint32_t count = std::min(call.I32(1), kTraceNumbers);
  for (uint32_t index = 0; index < count; ++index) {
    line += (index == 0 ? " " : ", ") + ToText(call.F64(2 + index));
  }
  state.write_stderr(line + "\n");
  return HostOutcome::kReturn;
}

HostOutcome Seed(AssemblyScriptState&, HostCall& call) {
  uint64_t bits = 0;
  // So few bytes are always returned in full.
  if (getrandom(&bits, sizeof bits, 0) != sizeof bits) {
    throw Error(ErrorCode::kTrap, "The system provides no random numbers.", "host-function");
  }
  return call.ReturnF64(static_cast<double>(bits >> 11));
}

}  // namespace

const HostModule<AssemblyScriptState>& AssemblyScriptModule() {
  static const HostModule<AssemblyScriptState> module{
      "env", {{"abort", "iiii:", &Abort}, {"trace", "iiFFFFF:", &Trace}, {"seed", ":F", &Seed}}};
  return module;
}

}  // namespace wasmedge_embed
