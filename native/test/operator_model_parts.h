#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "test/model_builder.h"

namespace wasmedge_embed::test {

/// A computed tensor; quantized if its type always is.
SpecTensor MakeTensor(const std::string& name, int8_t type, const std::vector<int32_t>& shape);

/// A constant of different numbers.
SpecTensor MakeConstant(const std::string& name, int8_t type, const std::vector<int32_t>& shape);

/// A list of INT32.
SpecTensor MakeList(const std::string& name, const std::vector<int32_t>& values);

/// The same in rows of two.
SpecTensor MakePairs(const std::string& name, const std::vector<int32_t>& values);

/// A model of one operator: its inputs in order, followed by its outputs. Inputs with data are
/// constants.
ModelSpec MakeSingle(int32_t code, uint8_t options_type, std::vector<SpecOption> options,
                     const std::vector<SpecTensor>& inputs, const std::vector<SpecTensor>& outputs);

}  // namespace wasmedge_embed::test
