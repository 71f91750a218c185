#include "inference/check/operator_check.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"
#include "inference/check/model_schema.h"
#include "inference/check/operator_table.h"

namespace wasmedge_embed {
namespace {

/// Why LiteRT never gets this operator, whoever provides it; null for the others.
const char* ReasonToRefuse(int32_t code) noexcept {
  switch (code) {
    case schema::kCustom:
      return "is a custom operator, which only the host's models may have";
    case schema::kDelegate:
    case schema::kPlaceholderForGreaterOpCodes:
      return "is not an operator of a model file";
    case schema::kCall:
    case schema::kIf:
    case schema::kWhile:
    case schema::kCallOnce:
      return "is control flow, which is not supported";
    case schema::kHashtable:
    case schema::kHashtableFind:
    case schema::kHashtableImport:
    case schema::kHashtableSize:
    case schema::kHashtableLookup:
    case schema::kVarHandle:
    case schema::kReadVariable:
    case schema::kAssignVariable:
      return "keeps state between runs, which is not supported";
    default:
      if (code < 0) return "does not exist";
      return code >= schema::kFirstStablehlo
                 ? "is a StableHLO or newer operator, which is not supported"
                 : nullptr;
  }
}

/// The elements that an operator without a rule accesses.
OperatorCost GeneralCost(const OperatorView& view) {
  OperatorCost cost;
  cost.unchecked = true;
  for (size_t i = 0; i < view.input_count(); ++i) {
    if (view.HasInput(i)) cost.other_elements += view.Input(i).elements;
  }
  for (size_t i = 0; i < view.output_count(); ++i) {
    cost.other_elements += view.Output(i).elements;
  }
  return cost;
}

OperatorCost CheckRule(const OperatorView& view, const FileOperator& op, const OperatorRule& rule,
                       const ModelLimits& limits) {
  view.Require(view.input_count() >= rule.minimum_inputs &&
                   view.input_count() <= rule.maximum_inputs &&
                   view.output_count() >= rule.minimum_outputs &&
                   view.output_count() <= rule.maximum_outputs,
               "has a wrong number of inputs or outputs");
  view.Require(op.options_type == rule.options_type ||
                   (op.options_type == schema::kNoOptions && !rule.needs_options),
               "has the options of another operator, or none");
  for (size_t i = 0; i < view.input_count(); ++i) {
    if (!view.HasInput(i)) {
      view.Require(OperatorRule::Contains(rule.optional, i), "lacks an input");
      continue;
    }
    const bool is_parameter =
        OperatorRule::Contains(rule.parameters, i) && !view.Input(i).constant();
    const bool is_weights = OperatorRule::Contains(rule.weights, i) && !view.Input(i).fixed;
    if (!is_parameter && !is_weights) continue;
    if (!limits.unchecked_operators) {
      view.Refuse("takes input " + std::to_string(i) +
                  " from a computation; in a guest's model it must be a constant");
    }
    if (is_parameter) return GeneralCost(view);
  }
  return rule.check(view);
}

}  // namespace

const CheckedTensor& OperatorView::Input(size_t index) const {
  if (!HasInput(index)) Refuse("lacks an input");
  return *inputs_[index];
}

FlatVector<int32_t> OperatorView::VectorOption(int field) const {
  if (!operator_.options) return {};
  return operator_.options->Vector<int32_t>(field, "an operator's option");
}

void OperatorView::Refuse(const std::string& reason) const {
  throw Error(ErrorCode::kModel, "The model's " + label_ + " " + reason + ".");
}

void OperatorView::RequireType(const CheckedTensor& tensor,
                               std::initializer_list<int8_t> types) const {
  if (std::find(types.begin(), types.end(), tensor.type) != types.end()) return;
  std::string expected;
  for (const int8_t type : types) {
    expected += (expected.empty() ? "" : ", ") + schema::TensorTypeName(type);
  }
  Refuse("has a tensor of type " + schema::TensorTypeName(tensor.type) + "; expected " + expected);
}

void OperatorView::RequireShape(const CheckedTensor& tensor, const TensorShape& expected) const {
  if (tensor.shape == expected) return;
  Refuse("has a tensor of shape " + tensor.shape.ToString() + "; expected " + expected.ToString());
}

void OperatorView::RequireQuantized(const CheckedTensor& tensor) const {
  if (!IsScaled(tensor.type)) return;
  Require(tensor.quantized(), "needs one scale and zero point for each of its tensors");
  Require(tensor.scale() >= 0x1p-40F && tensor.scale() <= 0x1p40F, "has a scale out of range");
}

std::vector<int64_t> OperatorView::Integers(size_t input, size_t minimum, size_t maximum) const {
  const CheckedTensor& tensor = Input(input);
  RequireType(tensor, {schema::kInt32, schema::kInt64});
  Require(tensor.constant() && tensor.elements >= minimum && tensor.elements <= maximum,
          "has a list of numbers of a wrong length");
  std::vector<int64_t> values(tensor.elements);
  for (size_t i = 0; i < values.size(); ++i) {
    if (tensor.type == schema::kInt64) {
      std::memcpy(&values[i], tensor.data + i * sizeof(int64_t), sizeof(int64_t));
      Require(values[i] >= INT32_MIN && values[i] <= INT32_MAX, "has a number out of range");
    } else {
      int32_t value;
      std::memcpy(&value, tensor.data + i * sizeof(value), sizeof(value));
      values[i] = value;
    }
  }
  return values;
}

size_t OperatorView::Axis(int64_t axis, size_t rank) const {
  const auto count = static_cast<int64_t>(rank);
  Require(axis >= -count && axis < count, "names a dimension that its input does not have");
  return static_cast<size_t>(axis < 0 ? axis + count : axis);
}

OperatorCost CheckOperator(const OperatorView& view, const FileOperator& op, int32_t code,
                           const ModelLimits& limits) {
  if (const char* reason = ReasonToRefuse(code)) view.Refuse(reason);
  view.Require(!op.has_custom_options && !op.has_more_options,
               "has options of a kind that built-in operators do not have");
  const OperatorRule* rule = FindRule(code);
  const bool keeps_state = rule != nullptr && rule->variables != 0;
  view.Require(keeps_state || (!op.mutates_inputs && !op.has_intermediates),
               "keeps state between runs, which is not supported");
  view.Require(op.options_type == schema::kNoOptions || op.options.has_value(),
               "declares a kind of options but has none");

  if (rule == nullptr && !limits.unchecked_operators) {
    view.Refuse("is not among those that a guest's model may use");
  }
  const uint32_t variables = rule != nullptr ? rule->variables : 0;
  for (size_t i = 0; i < view.input_count(); ++i) {
    const bool is_variable = view.HasInput(i) && view.Input(i).variable;
    view.Require(is_variable == OperatorRule::Contains(variables, i),
                 "keeps state in a tensor that is not its own, or has none");
  }
  if (rule == nullptr) return GeneralCost(view);
  if (!limits.unchecked_operators || !rule->for_guests || keeps_state)
    return CheckRule(view, op, *rule, limits);
  try {
    return CheckRule(view, op, *rule, limits);
  } catch (const Error&) {
    return GeneralCost(view);
  }
}

}  // namespace wasmedge_embed
