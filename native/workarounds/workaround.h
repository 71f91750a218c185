#pragma once

#include <string_view>

namespace wasmedge_embed {

/// Where other people's libraries are reached into, each described in docs/workarounds.md under its
/// name: what goes wrong without it, and until when it is needed.
enum class Workaround {
  kWasmEdgeSignals,
  kInterpreterMemory,
  kGuestMemory,
  kEmbeddedBinary,
  kTableLimits,
  kUnwindingTables,
  kGuestReturn,
  kAbsentLlvm,
  kLlvmSignals,
  kGenericTarget,
  kCallBuffers,
  kCodeVerifier,
  kUnusedLoads,
  kLlvmPipeline,
  kLitertOutput,
  kLitertProcessors,
  kProgramLog,
  kThreadState,
  kGuestJump,
  kCodeMapping,
};

/// Its name in the documentation: "wasmedge-signals".
std::string_view NameOf(Workaround workaround) noexcept;

#if defined(WASMEDGE_EMBED_SWITCHES)
/// Whether it is in force. In a build with this definition, which nothing that is shipped has,
/// those are not that the file "workarounds.off" beside this code names, one a line. So can be seen
/// what goes wrong without one.
bool IsInForce(Workaround workaround);
#else
/// Whether it is in force: all are.
constexpr bool IsInForce(Workaround) noexcept { return true; }
#endif

/// Puts in place what is to be in a library, once, right after it was opened. Each is a class with
///
///     static constexpr Workaround kWorkaround;
///     static void Install(void* library);
///
/// which throws `Error(kNativeLoad)` when the library is not as expected and cannot be used so.
/// Where it is in force for some threads at some time, the class has a `Scope`, a `ThreadScope`.
template <typename... Each>
void InstallWorkarounds(void* library) {
  const auto install = [library](Workaround workaround, void (*put)(void*)) {
    if (IsInForce(workaround)) put(library);
  };
  (install(Each::kWorkaround, &Each::Install), ...);
}

}  // namespace wasmedge_embed
