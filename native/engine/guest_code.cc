#include "engine/guest_code.h"

#include <elf.h>
#include <link.h>
#include <ucontext.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

#include "binary/unwind_table.h"
#include "engine/loaded_object.h"

namespace wasmedge_embed {
namespace {

/// A part of the host's code, and the unwinding tables of its object.
struct CodeRange {
  uintptr_t begin;
  uintptr_t end;
  UnwindTable tables;

  bool operator<(const CodeRange& other) const noexcept {
    return std::pair(begin, end) < std::pair(other.begin, other.end);
  }
};

using CodeRanges = std::vector<CodeRange>;

/// The host's code, sorted. The last version applies; a handler may still read an earlier one, and
/// each is smaller than the one before, or has the tables of another library in the same place.
struct HostCode {
  std::mutex mutex;
  std::list<CodeRanges> versions;
  std::atomic<const CodeRanges*> last{nullptr};

  // With the mutex held.
  void Add(CodeRanges ranges) { last.store(&versions.emplace_back(std::move(ranges))); }
};

HostCode& TheHostCode() {
  static HostCode code;
  return code;
}

int CollectCode(dl_phdr_info* info, size_t, void* ranges) {
  const UnwindTable tables(UnwindTablesOf(*info));
  for (int index = 0; index < info->dlpi_phnum; ++index) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[index];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_X) == 0) continue;
    const uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    static_cast<CodeRanges*>(ranges)->push_back({begin, begin + segment.p_memsz, tables});
  }
  return 0;
}

/// All loaded code, sorted.
CodeRanges LoadedCode() {
  CodeRanges ranges;
  dl_iterate_phdr(&CollectCode, &ranges);
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

}  // namespace

void RememberHostCode() {
  HostCode& host = TheHostCode();
  const std::lock_guard<std::mutex> lock(host.mutex);
  host.Add(LoadedCode());
}

void ForgetUnloadedCode() {
  HostCode& host = TheHostCode();
  const CodeRanges loaded = LoadedCode();
  const std::lock_guard<std::mutex> lock(host.mutex);
  const CodeRanges& known = *host.last.load();
  CodeRanges kept;
  // Copied from what is loaded now: tables of an earlier library may be gone.
  std::set_intersection(loaded.begin(), loaded.end(), known.begin(), known.end(),
                        std::back_inserter(kept));
  const bool are_same = std::equal(
      kept.begin(), kept.end(), known.begin(), known.end(),
      [](const CodeRange& one, const CodeRange& other) { return one.tables.IsSame(other.tables); });
  if (!are_same) host.Add(std::move(kept));
}

const UnwindTable* HostTablesAt(uintptr_t address) noexcept {
  const CodeRanges& ranges = *TheHostCode().last.load();
  const auto above =
      std::upper_bound(ranges.begin(), ranges.end(), address,
                       [](uintptr_t value, const CodeRange& range) { return value < range.begin; });
  if (above == ranges.begin() || address >= std::prev(above)->end) return nullptr;
  return &std::prev(above)->tables;
}

bool IsGuestCode(uintptr_t address) noexcept { return HostTablesAt(address) == nullptr; }

uintptr_t ProgramCounter(const void* context) noexcept {
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return static_cast<uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<uintptr_t>(machine.pc);
#endif
}

}  // namespace wasmedge_embed
