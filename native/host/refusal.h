#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "host/host_module.h"
#include "inference/check/tensor.h"

namespace wasmedge_embed {

/// Why a guest's inference call was refused, in words for the person who runs the guest: the guest
/// itself only gets a number.

/// Records why the guest gets `number` from this function of `module`. Throws `std::bad_alloc`.
void TellRefusal(HostCall& call, const char* module, uint32_t number, std::string reason);

/// For an address of the guest: "The name lies outside the guest's memory."
std::string OutsideMemory(const char* what);

/// A name from a guest or a model for use in a reason: quoted, and truncated if it is long.
std::string Quoted(std::string_view name);

/// `Input 0 ("picture")`; `kind` is "Input" or "Output".
std::string TensorLabel(const char* kind, size_t index, const TensorInfo& info);

/// `[1, 224, 224, 3]`.
std::string ShapeText(const std::vector<int32_t>& shape);

/// "The model has 2 inputs; there is no input 7."; `kind` is "input" or "output".
std::string NoTensor(const char* kind, size_t index, size_t count);

}  // namespace wasmedge_embed
