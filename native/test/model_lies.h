#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "inference/check/model_limits.h"
#include "test/model_builder.h"

namespace wasmedge_embed::test {

/// A lie about a valid model, and the reason with which it is refused.
struct Lie {
  const char* name;
  /// As in `OperatorModels`.
  const char* model;
  std::function<void(ModelSpec& model)> tell;
  const char* reason;
  /// Applied to the file's bytes, after `tell`.
  std::function<void(std::vector<uint8_t>& bytes)> damage = nullptr;
  /// Applied to a guest's limits.
  std::function<void(ModelLimits& limits)> limit = nullptr;
};

void PrintTo(const Lie& lie, std::ostream* stream);

/// The check's message about a guest's model; empty if it passes.
std::string RefusalOf(const Lie& lie);

std::vector<Lie> LiesOfDamage();
std::vector<Lie> LiesOfFiles();
std::vector<Lie> LiesOfOperators();
std::vector<Lie> LiesOfIndexOperators();
std::vector<Lie> LiesOfLstm();
/// All of them.
std::vector<Lie> AllLies();

inline SpecTensor& TensorOf(ModelSpec& model, size_t index) { return model.graph().tensors[index]; }
inline SpecOperator& OperatorOf(ModelSpec& model) { return model.graph().operators[0]; }

// Lies that apply to many models.

template <typename T>
std::function<void(ModelSpec&)> Option(size_t field, T value) {
  return [field, value](ModelSpec& model) { OperatorOf(model).options[field] = value; };
}
std::function<void(ModelSpec&)> Code(int32_t code);
std::function<void(ModelSpec&)> Shape(size_t tensor, std::vector<int32_t> shape);
/// Sets the constant's numbers, of INT32.
std::function<void(ModelSpec&)> Values(size_t tensor, std::vector<int32_t> values);
std::function<void(ModelSpec&)> Scale(size_t tensor, float scale);
std::function<void(ModelSpec&)> Type(size_t tensor, int8_t type);
std::function<void(ModelSpec&)> TypeOfQuantized(size_t tensor, int8_t type);
/// No scale and no zero point.
std::function<void(ModelSpec&)> Unscaled(size_t tensor);
/// Applies all of them.
std::function<void(ModelSpec&)> All(std::vector<std::function<void(ModelSpec&)>> lies);
/// Makes the constant an input of the graph.
std::function<void(ModelSpec&)> Computed(size_t tensor);

}  // namespace wasmedge_embed::test
