#include "bindings/model_object.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "base/invocation.h"
#include "bindings/addon_data.h"
#include "bindings/background.h"
#include "inference/check/model_limits.h"
#include "inference/check/model_schema.h"
#include "inference/run/compiled_model.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed {
namespace {

Napi::Array Describe(Napi::Env env, const std::vector<TensorInfo>& tensors) {
  Napi::Array array = Napi::Array::New(env, tensors.size());
  for (uint32_t index = 0; index < tensors.size(); ++index) {
    const TensorInfo& tensor = tensors[index];
    Napi::Array shape = Napi::Array::New(env, tensor.shape.size());
    for (uint32_t axis = 0; axis < tensor.shape.size(); ++axis) shape[axis] = tensor.shape[axis];
    Napi::Object object = Napi::Object::New(env);
    object["name"] = tensor.name;
    object["type"] = TensorTypeName(tensor.type);
    object["shape"] = shape;
    if (!tensor.shape_signature.empty()) {
      Napi::Array signature = Napi::Array::New(env, tensor.shape_signature.size());
      for (uint32_t axis = 0; axis < tensor.shape_signature.size(); ++axis) {
        signature[axis] = tensor.shape_signature[axis];
      }
      object["shapeSignature"] = signature;
    }
    if (tensor.quantization) {
      Napi::Object quantization = Napi::Object::New(env);
      quantization["scale"] = tensor.quantization->scale;
      quantization["zeroPoint"] = static_cast<double>(tensor.quantization->zero_point);
      object["quantization"] = quantization;
    }
    array[index] = object;
  }
  return array;
}

/// Whether a model that failed on zeros may still run on other values: zero may be a value that it
/// cannot handle, such as a divisor or, for integers, a shape.
bool MayRunOnOthers(const ModelGraph& graph, const std::string& reason) {
  const bool has_integers =
      std::any_of(graph.inputs.begin(), graph.inputs.end(), [](const TensorInfo& input) {
        return input.type == TensorType::kInt32 || input.type == TensorType::kInt64;
      });
  return has_integers || reason.find("failed to prepare") == std::string::npos;
}

/// Compiles the model and runs it on zeros: LiteRT finds some faults only in the first run, which
/// is also the slow one. A loop may never end on zeros, or fill the memory: what takes longer or
/// needs more than this is left to the runs of guests, which have limits.
void WarmUp(const Model& model, const ModelGraph& graph, const InferenceOptions& options) {
  constexpr std::chrono::seconds kLongest{5};
  CompiledModel::Limits limits;
  limits.activation_bytes =
      std::max(ModelLimits::Guest().activation_bytes, model.summary().activation_bytes);
  const auto run = [&](CompiledModel& compiled) {
    // From here on: compiling takes long on a slow machine, and says nothing about the model.
    Invocation invocation(Invocation::Clock::now() + kLongest);
    try {
      compiled.Run(&invocation, limits);
    } catch (const Error& error) {
      if (invocation.stop_reason() != StopReason::kNone || compiled.asked_for_too_much()) return;
      if (error.code() != ErrorCode::kModel || model.summary().static_shapes ||
          !MayRunOnOthers(graph, error.what())) {
        throw;
      }
    }
  };
  if (model.keeps_state()) {
    run(*model.Compile(options, graph));
  } else {
    const auto pool = model.Pool(options, graph);
    run(*pool->Acquire());
  }
}

}  // namespace

InferenceOptions ToInferenceOptions(const Napi::Object& given) {
  InferenceOptions options;
  options.threads = given.Get("threads").ToNumber().Int32Value();
  const std::string kernels = given.Get("kernels").As<Napi::String>();
  options.kernels = kernels == "builtin" ? Kernels::kBuiltin : Kernels::kXnnpack;
  options.rewrite = given.Get("rewrite").ToBoolean();
  return options;
}

Napi::Function ModelObject::Define(Napi::Env env) {
  const Napi::Function constructor = DefineClass(
      env, "Model",
      {StaticMethod<&ModelObject::Load>("load"), InstanceMethod<&ModelObject::Prepare>("prepare"),
       InstanceAccessor<&ModelObject::Inputs>("inputs"),
       InstanceAccessor<&ModelObject::Outputs>("outputs"),
       InstanceAccessor<&ModelObject::Rewrite>("rewrite"),
       InstanceAccessor<&ModelObject::Takes>("takes"), InstanceAccessor<&ModelObject::Size>("size"),
       InstanceMethod<&ModelObject::Slice>("slice")});
  AddonData::Get(env).model_constructor = Napi::Persistent(constructor);
  return constructor;
}

ModelObject::ModelObject(const Napi::CallbackInfo& info) : TaggedWrap(info) {
  lent_ = std::exchange(AddonData::Get(info.Env()).new_model, {});
  if (lent_.model == nullptr) throw Napi::TypeError::New(info.Env(), "Use Model.load().");
  graph_ = lent_.model->graph(lent_.settings);
}

Napi::Value ModelObject::Load(const Napi::CallbackInfo& info) {
  std::string path;
  std::vector<uint8_t> bytes;
  std::string settings = info[1].As<Napi::String>();
  if (info[0].IsString()) {
    path = info[0].As<Napi::String>();
  } else {
    bytes = CopyBytes(info[0]);
  }
  return Background<LentModel>::Start(
      info.Env(),
      [path = std::move(path), bytes = std::move(bytes), settings = std::move(settings)] {
        LentModel lent(nullptr, ModelSettings::Parse(settings));
        if (path.empty()) {
          lent.model = LoadModel(bytes.data(), bytes.size());
        } else {
          lent.model = LoadModelFile(path);
        }
        // Here, so that settings that do not fit the model make the loading fail.
        lent.model->graph(lent.settings);
        return lent;
      },
      [](Napi::Env env, LentModel lent) -> Napi::Value {
        AddonData& data = AddonData::Get(env);
        data.new_model = std::move(lent);
        return data.model_constructor.New({});
      });
}

Napi::Value ModelObject::Prepare(const Napi::CallbackInfo& info) {
  return Background<bool>::Start(
      info.Env(),
      [model = lent_.model, graph = graph_,
       options = ToInferenceOptions(info[0].As<Napi::Object>())] {
        WarmUp(*model, graph, options);
        return true;
      },
      [](Napi::Env env, bool) { return env.Undefined(); });
}

Napi::Value ModelObject::Inputs(const Napi::CallbackInfo& info) {
  return Describe(info.Env(), graph_.inputs);
}

Napi::Value ModelObject::Outputs(const Napi::CallbackInfo& info) {
  return Describe(info.Env(), graph_.outputs);
}

Napi::Value ModelObject::Rewrite(const Napi::CallbackInfo& info) {
  const RewrittenModel& rewritten = lent_.model->rewritten();
  Napi::Object object = Napi::Object::New(info.Env());
  object["applied"] = rewritten.rewritten();
  if (rewritten.rewritten()) {
    object["channels"] = static_cast<double>(rewritten.channels);
    object["inexactChannels"] = static_cast<double>(rewritten.inexact_channels);
  } else {
    object["reason"] = "The model " + rewritten.reason + ".";
  }
  return object;
}

Napi::Value ModelObject::Takes(const Napi::CallbackInfo& info) {
  const ModelSummary& summary = lent_.model->summary();
  Napi::Object object = Napi::Object::New(info.Env());
  object["multiplyAccumulates"] = static_cast<double>(summary.multiply_accumulates);
  object["otherElements"] = static_cast<double>(summary.other_elements);
  object["activationBytes"] = static_cast<double>(summary.activation_bytes);
  object["weightBytes"] = static_cast<double>(summary.weight_bytes);
  object["tensorBytes"] = static_cast<double>(graph_.tensor_bytes());
  return object;
}

Napi::Value ModelObject::Size(const Napi::CallbackInfo& info) {
  return Napi::Number::New(info.Env(), static_cast<double>(lent_.model->bytes().size()));
}

Napi::Value ModelObject::Slice(const Napi::CallbackInfo& info) {
  const ModelBytes bytes = lent_.model->bytes();
  const auto place = [&](size_t index) {
    const int64_t given = info[index].ToNumber().Int64Value();
    return static_cast<size_t>(std::clamp<int64_t>(given, 0, static_cast<int64_t>(bytes.size())));
  };
  const size_t begin = place(0);
  const size_t end = std::max(begin, place(1));
  return Napi::Buffer<uint8_t>::Copy(info.Env(), bytes.data() + begin, end - begin);
}

Napi::Value NameOperator(const Napi::CallbackInfo& info) {
  return Napi::String::New(info.Env(), schema::OperatorName(info[0].ToNumber().Int32Value()));
}

}  // namespace wasmedge_embed
