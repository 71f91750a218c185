#pragma once

#include <string_view>

#include "image/decode.h"
#include "inference/run/inference_options.h"
#include "plugin/named_models.h"

namespace wasmedge_embed::plugin {

/// What the plug-ins are told from outside. The environment has the same groups as the options of
/// `loadModule`:
///
/// - WASMEDGE_EMBED_MODELS: `NAME=FILE`, one a line.
/// - WASMEDGE_EMBED_MODEL_SETTINGS: `NAME=JSON`, one a line, as `ModelSettings` has it.
/// - WASMEDGE_EMBED_INFERENCE: `threads=N,kernels=NAME,rewrite=BOOLEAN`, each optional.
/// - WASMEDGE_EMBED_LIMITS: `models=N,modelBytes=N,sessions=N,sessionBytes=N,modelSubgraphs=N,
///   modelArithmetic=N,modelActivationBytes=N,imagePixels=N`, each
///   optional.
struct Configuration {
  /// The files of the models that guests ask for by name.
  NamedModels::Files models;
  /// Of those that have any.
  NamedModels::Settings model_settings;
  InferenceOptions inference;
  InferenceLimits inference_limits;
  ImageLimits image_limits;

  /// Reads the variables. Throws `Error(kInvalidArgument)` that names the variable and what
  /// it expects.
  static Configuration FromEnvironment();

  /// Adds a model as the option --nn-preload names it: `NAME:TensorflowLite:CPU:FILE`, the form of
  /// WasmEdge's own plug-in. Empty for none. Throws `Error(kInvalidArgument)`.
  void AddPreload(std::string_view preload);
};

}  // namespace wasmedge_embed::plugin
