#include "test/model_lies.h"

#include <iterator>
#include <utility>

#include "base/error.h"
#include "inference/check/model_check.h"
#include "test/operator_models.h"

namespace wasmedge_embed::test {

void PrintTo(const Lie& lie, std::ostream* stream) { *stream << lie.name; }

std::string RefusalOf(const Lie& lie) {
  ModelSpec model = OperatorModelNamed(lie.model);
  if (lie.tell) lie.tell(model);
  std::vector<uint8_t> bytes = BuildModel(model);
  if (lie.damage) lie.damage(bytes);
  ModelLimits limits = ModelLimits::Guest();
  if (lie.limit) lie.limit(limits);
  try {
    CheckModel(bytes.data(), bytes.size(), limits);
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

std::vector<Lie> AllLies() {
  std::vector<Lie> all = LiesOfFiles();
  for (const auto& lies :
       {LiesOfDamage(), LiesOfOperators(), LiesOfIndexOperators(), LiesOfLstm()}) {
    all.insert(all.end(), lies.begin(), lies.end());
  }
  return all;
}

std::function<void(ModelSpec&)> Code(int32_t code) {
  return [code](ModelSpec& model) {
    OperatorOf(model).code = code;
    OperatorOf(model).options_type = 0;
  };
}

std::function<void(ModelSpec&)> Shape(size_t tensor, std::vector<int32_t> shape) {
  return [tensor, shape](ModelSpec& model) { TensorOf(model, tensor).shape = shape; };
}

std::function<void(ModelSpec&)> Values(size_t tensor, std::vector<int32_t> values) {
  return [tensor, values](ModelSpec& model) {
    TensorOf(model, tensor).data = BytesOf(values);
    if (TensorOf(model, tensor).shape.size() == 1) {
      TensorOf(model, tensor).shape = {static_cast<int32_t>(values.size())};
    }
  };
}

std::function<void(ModelSpec&)> Scale(size_t tensor, float scale) {
  return [tensor, scale](ModelSpec& model) {
    auto& scales = TensorOf(model, tensor).scales;
    scales.assign(scales.size(), scale);
  };
}

std::function<void(ModelSpec&)> Type(size_t tensor, int8_t type) {
  return [tensor, type](ModelSpec& model) { TensorOf(model, tensor).type = type; };
}

std::function<void(ModelSpec&)> TypeOfQuantized(size_t tensor, int8_t type) {
  return [tensor, type](ModelSpec& model) {
    TensorOf(model, tensor).type = type;
    TensorOf(model, tensor).zero_points = {0};
  };
}

std::function<void(ModelSpec&)> Unscaled(size_t tensor) {
  return [tensor](ModelSpec& model) {
    TensorOf(model, tensor).scales.clear();
    TensorOf(model, tensor).zero_points.clear();
  };
}

std::function<void(ModelSpec&)> All(std::vector<std::function<void(ModelSpec&)>> lies) {
  return [lies = std::move(lies)](ModelSpec& model) {
    for (const auto& tell : lies) tell(model);
  };
}

std::function<void(ModelSpec&)> Computed(size_t tensor) {
  return [tensor](ModelSpec& model) {
    TensorOf(model, tensor).data.reset();
    model.graph().inputs.push_back(static_cast<int32_t>(tensor));
  };
}

}  // namespace wasmedge_embed::test
