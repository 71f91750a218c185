// Compares our declarations of WasmEdge's C API with the headers that are installed, at compile
// time: each function's result and parameters must be passed in the same way.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <type_traits>

#include "engine/wasmedge_api.h"

#if __has_include(<wasmedge/wasmedge.h>)
#include <wasmedge/wasmedge.h>

namespace wasmedge_embed {
namespace {

/// How a value of a type is passed: its class and its size.
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
