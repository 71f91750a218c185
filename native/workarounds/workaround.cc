#include "workarounds/workaround.h"

#if defined(WASMEDGE_EMBED_SWITCHES)
#include <fstream>
#include <set>
#include <string>

#include "base/loaded_file.h"
#endif

namespace wasmedge_embed {

std::string_view NameOf(Workaround workaround) noexcept {
  switch (workaround) {
    case Workaround::kWasmEdgeSignals:
      return "wasmedge-signals";
    case Workaround::kInterpreterMemory:
      return "interpreter-memory";
    case Workaround::kGuestMemory:
      return "guest-memory";
    case Workaround::kEmbeddedBinary:
      return "embedded-binary";
    case Workaround::kTableLimits:
      return "table-limits";
    case Workaround::kUnwindingTables:
      return "unwinding-tables";
    case Workaround::kGuestReturn:
      return "guest-return";
    case Workaround::kAbsentLlvm:
      return "absent-llvm";
    case Workaround::kLlvmSignals:
      return "llvm-signals";
    case Workaround::kGenericTarget:
      return "generic-target";
    case Workaround::kCallBuffers:
      return "call-buffers";
    case Workaround::kCodeVerifier:
      return "code-verifier";
    case Workaround::kUnusedLoads:
      return "unused-loads";
    case Workaround::kLlvmPipeline:
      return "llvm-pipeline";
    case Workaround::kLitertOutput:
      return "litert-output";
    case Workaround::kLitertProcessors:
      return "litert-processors";
    case Workaround::kProgramLog:
      return "program-log";
    case Workaround::kThreadState:
      return "thread-state";
    case Workaround::kGuestJump:
      return "guest-jump";
    case Workaround::kCodeMapping:
      return "code-mapping";
  }
  return {};
}

#if defined(WASMEDGE_EMBED_SWITCHES)
bool IsInForce(Workaround workaround) {
  static const std::set<std::string, std::less<>> off = [] {
    std::set<std::string, std::less<>> names;
    const std::string own = OwnFile();
    std::ifstream file(own.substr(0, own.rfind('/') + 1) + "workarounds.off");
    for (std::string line; std::getline(file, line);) names.insert(line);
    return names;
  }();
  return off.find(NameOf(workaround)) == off.end();
}
#endif

}  // namespace wasmedge_embed
