#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "host/host_module.h"
#include "wasi/errno.h"
#include "wasi/wasi_state.h"

namespace wasmedge_embed::wasi {

/// Creates a host function from a C++ function
///
///     Errno Function(WasiState& state, HostCall& call, Parameters... parameters)
///
/// whose parameters are the WebAssembly ones (`uint32_t` for i32, `uint64_t` and `int64_t` for
/// i64), so that signature and arguments cannot disagree with the code.
template <auto function>
struct Binding;

template <typename... Parameters, Errno (*function)(WasiState&, HostCall&, Parameters...)>
struct Binding<function> {
  static constexpr char kSignature[] = {(sizeof(Parameters) == 4 ? 'i' : 'I')..., ':', 'i', '\0'};

  static HostOutcome Call(WasiState& state, HostCall& call) {
    return call.ReturnI32(static_cast<uint32_t>(
        Apply(state, call, std::make_index_sequence<sizeof...(Parameters)>{})));
  }

 private:
  template <size_t... index>
  static Errno Apply(WasiState& state, HostCall& call, std::index_sequence<index...>) {
    return function(state, call, Argument<Parameters>(call, index)...);
  }

  template <typename Parameter>
  static Parameter Argument(const HostCall& call, size_t index) noexcept {
    static_assert(std::is_same_v<Parameter, uint32_t> || std::is_same_v<Parameter, uint64_t> ||
                  std::is_same_v<Parameter, int64_t>);
    if constexpr (sizeof(Parameter) == 4) {
      return call.I32(index);
    } else {
      return static_cast<Parameter>(call.I64(index));
    }
  }
};

template <auto function>
HostFunction<WasiState> Bind(const char* name) noexcept {
  return {name, Binding<function>::kSignature, Binding<function>::Call};
}

}  // namespace wasmedge_embed::wasi
