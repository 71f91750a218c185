#pragma once

#include <string_view>

#include "image/decode.h"
#include "inference/run/inference_options.h"
#include "plugin/named_models.h"

namespace wasmedge_embed::plugin {

/// The configuration of the plug-ins. The environment has the same groups as the options of
/// `loadModule`:
///
/// - WASMEDGE_EMBED_MODELS: `NAME=FILE`, one per line.
/// - WASMEDGE_EMBED_MODEL_SETTINGS: `NAME=JSON`, one per line, in the form of `ModelSettings`.
/// - WASMEDGE_EMBED_INFERENCE: `threads=N,kernels=NAME,rewrite=BOOLEAN`, each optional.
/// - WASMEDGE_EMBED_LIMITS: `models=N,modelBytes=N,sessions=N,sessionBytes=N,modelSubgraphs=N,
///   modelArithmetic=N,modelActivationBytes=N,imagePixels=N`, each
///   optional.
struct Configuration {
  /// The files of the models that guests request by name.
  NamedModels::Files models;
  /// Only for models that have settings.
  NamedModels::Settings model_settings;
  InferenceOptions inference;
  InferenceLimits inference_limits;
  ImageLimits image_limits;

  /// Reads the variables. Throws `Error(kInvalidArgument)` with the name of the variable and what
  /// it expects.
  static Configuration FromEnvironment();

  /// Adds a model in the form of the option --nn-preload, which is that of WasmEdge's own plug-in:
  /// `NAME:TensorflowLite:CPU:FILE`. Empty for none. Throws `Error(kInvalidArgument)`.
  void AddPreload(std::string_view preload);
};

}  // namespace wasmedge_embed::plugin
