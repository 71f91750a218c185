#pragma once

#include <string_view>

namespace wasmedge_embed {

/// The places that reach into other libraries. docs/workarounds.md describes each under its name:
/// what goes wrong without it, and until when it is needed.
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
/// Whether it is active. In a build with this definition, which is never shipped, the file
/// "workarounds.off" beside this code lists those that are not, one per line. This makes it
/// possible to see what goes wrong without one.
bool IsInForce(Workaround workaround);
#else
/// Whether it is active: all are.
constexpr bool IsInForce(Workaround) noexcept { return true; }
#endif

/// Installs workarounds in a library, once, right after it was opened. Each is a class with
///
///     static constexpr Workaround kWorkaround;
///     static void Install(void* library);
///
/// which throws `Error(kNativeLoad)` if the library is not as expected and cannot be used in this
/// way. If it applies only to some threads for some time, the class has a `Scope`, a `ThreadScope`.
template <typename... Each>
void InstallWorkarounds(void* library) {
  const auto install = [library](Workaround workaround, void (*put)(void*)) {
    if (IsInForce(workaround)) put(library);
  };
  (install(Each::kWorkaround, &Each::Install), ...);
}

}  // namespace wasmedge_embed
