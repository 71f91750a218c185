// Compares our declarations of WasmEdge's C API with the installed headers at compile time: each
// function's result and parameters must be passed in the same way.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <type_traits>

#include "engine/wasmedge_api.h"
#include "plugin/plugin_types.h"

#if __has_include(<wasmedge/wasmedge.h>)
#include <wasmedge/wasmedge.h>

namespace wasmedge_embed {
namespace {

/// How a value of a type is passed: its class and size.
struct Passing {
  char kind = 'v';
  size_t size = 0;
  size_t alignment = 0;

  constexpr bool operator==(const Passing& other) const {
    return kind == other.kind && size == other.size && alignment == other.alignment;
  }
};

template <typename T>
constexpr Passing PassingOf() {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else if constexpr (std::is_pointer_v<T>) {
    return {'p', sizeof(T), alignof(T)};
  } else if constexpr (std::is_class_v<T>) {
    return {'s', sizeof(T), alignof(T)};
  } else {
    return {'n', sizeof(T), alignof(T)};
  }
}

template <typename Function>
struct Form;

template <typename R, typename... A>
struct Form<R (*)(A...)> {
  static constexpr std::array<Passing, sizeof...(A) + 1> value{PassingOf<R>(), PassingOf<A>()...};
};

template <typename R, typename... A>
struct Form<R (*)(A...) noexcept> : Form<R (*)(A...)> {};

template <typename Ours, typename Theirs>
constexpr bool IsSameForm() {
  constexpr auto ours = Form<Ours>::value;
  constexpr auto theirs = Form<Theirs>::value;
  if (ours.size() != theirs.size()) return false;
  for (size_t index = 0; index < ours.size() && index < theirs.size(); ++index) {
    if (!(ours[index] == theirs[index])) return false;
  }
  return true;
}

#define WASMEDGE_EMBED_COMPARE(name, result, parameters)                                   \
  static_assert(IsSameForm<decltype(wasmedge::Api::name), decltype(&::WasmEdge_##name)>(), \
                "WasmEdge_" #name " is declared otherwise in the installed header");
WASMEDGE_EMBED_FUNCTIONS(WASMEDGE_EMBED_COMPARE)
#undef WASMEDGE_EMBED_COMPARE

static_assert(offsetof(wasmedge::Value, type) == offsetof(::WasmEdge_Value, Type));
static_assert(sizeof(wasmedge::Value) == sizeof(::WasmEdge_Value));
static_assert(offsetof(wasmedge::String, data) == offsetof(::WasmEdge_String, Buf));
static_assert(offsetof(wasmedge::Bytes, data) == offsetof(::WasmEdge_Bytes, Buf));

#define WASMEDGE_EMBED_SAME_PLACE(ours, our_member, theirs, their_member) \
  static_assert(offsetof(ours, our_member) == offsetof(theirs, their_member))
WASMEDGE_EMBED_SAME_PLACE(wasmedge::ProgramOption, name, ::WasmEdge_ProgramOption, Name);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::ProgramOption, type, ::WasmEdge_ProgramOption, Type);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::ProgramOption, storage, ::WasmEdge_ProgramOption, Storage);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::ProgramOption, default_value, ::WasmEdge_ProgramOption,
                          DefaultValue);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::ModuleDescriptor, name, ::WasmEdge_ModuleDescriptor, Name);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::ModuleDescriptor, create, ::WasmEdge_ModuleDescriptor, Create);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::PluginDescriptor, api_version, ::WasmEdge_PluginDescriptor,
                          APIVersion);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::PluginDescriptor, version, ::WasmEdge_PluginDescriptor,
                          Version);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::PluginDescriptor, module_count, ::WasmEdge_PluginDescriptor,
                          ModuleCount);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::PluginDescriptor, program_option_count,
                          ::WasmEdge_PluginDescriptor, ProgramOptionCount);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::PluginDescriptor, modules, ::WasmEdge_PluginDescriptor,
                          ModuleDescriptions);
WASMEDGE_EMBED_SAME_PLACE(wasmedge::PluginDescriptor, program_options, ::WasmEdge_PluginDescriptor,
                          ProgramOptions);
#undef WASMEDGE_EMBED_SAME_PLACE
static_assert(sizeof(wasmedge::ProgramOption) == sizeof(::WasmEdge_ProgramOption));
static_assert(sizeof(wasmedge::ModuleDescriptor) == sizeof(::WasmEdge_ModuleDescriptor));
static_assert(sizeof(wasmedge::PluginDescriptor) == sizeof(::WasmEdge_PluginDescriptor));
static_assert(static_cast<int>(wasmedge::ProgramOptionType::kString) ==
              ::WasmEdge_ProgramOptionType_String);
static_assert(WasmEdge_Plugin_CurrentAPIVersion == wasmedge::kPluginApiVersion0_14 ||
              WasmEdge_Plugin_CurrentAPIVersion == wasmedge::kPluginApiVersion0_17);

TEST(WasmEdgeAbi, IsThatOfTheInstalledHeader) {
  const wasmedge::Api& api = wasmedge::Api::Get();
  EXPECT_EQ(api.version(), WASMEDGE_VERSION);
}

}  // namespace
}  // namespace wasmedge_embed

#else

TEST(WasmEdgeAbi, IsThatOfTheInstalledHeader) {
  GTEST_SKIP() << "needs WasmEdge's headers (Debian: libwasmedge-dev)";
}

#endif
