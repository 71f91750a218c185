#include "host/tensorflow.h"

#include "base/error.h"
#include "host/refusal.h"

namespace wasmedge_embed {
namespace {

constexpr char kTensorFlow[] = "wasmedge_tensorflow";

/// RuntimeError of the interface's `ErrNo`: its error for an unavailable TensorFlow.
constexpr uint32_t kRuntimeError = 5;

void Tell(HostCall& call) {
  TellRefusal(call, kTensorFlow, kRuntimeError,
              "TensorFlow itself is not part of this package. Convert the model to TensorFlow Lite "
              "(.tflite) and create a TensorFlow Lite session.");
}

HostOutcome Fail(TensorFlowState&, HostCall& call) {
  Tell(call);
  return call.ReturnI32(kRuntimeError);
}

HostOutcome LegacyFailedRun(TensorFlowState&, HostCall& call) {
  Tell(call);
  return call.ReturnI32(1);
}

HostOutcome LegacyNone(TensorFlowState&, HostCall& call) {
  Tell(call);
  return call.ReturnI64(0);
}

HostOutcome LegacyNoLength(TensorFlowState&, HostCall& call) {
  Tell(call);
  return call.ReturnI32(0);
}

/// A guest could not notice the failure of a function without a result, and would continue.
HostOutcome LegacyTrap(TensorFlowState&, HostCall& call) {
  throw HostTrap(call.function(),
                 "TensorFlow itself is not part of this package; sessions of TensorFlow Lite are");
}

}  // namespace

const HostModule<TensorFlowState>& TensorFlowModule() {
  static const HostModule<TensorFlowState> module{
      kTensorFlow,
      {
          {"create_session", "iii:i", Fail},
          {"create_session_saved_model", "iiiii:i", Fail},
          {"delete_session", "i:i", Fail},
          {"run_session", "i:i", Fail},
          {"get_output_tensor", "iiii:i", Fail},
          {"get_tensor_len", "iii:i", Fail},
          {"get_tensor_data", "iiiii:i", Fail},
          {"append_input", "iiiiiiii:i", Fail},
          {"append_output", "iii:i", Fail},
          {"clear_input", "i:i", Fail},
          {"clear_output", "i:i", Fail},
          {"wasmedge_tensorflow_create_session", "ii:I", LegacyNone},
          {"wasmedge_tensorflow_delete_session", "I:", LegacyTrap},
          {"wasmedge_tensorflow_run_session", "I:i", LegacyFailedRun},
          {"wasmedge_tensorflow_get_output_tensor", "Iiii:I", LegacyNone},
          {"wasmedge_tensorflow_get_tensor_len", "I:i", LegacyNoLength},
          {"wasmedge_tensorflow_get_tensor_data", "Ii:", LegacyTrap},
          {"wasmedge_tensorflow_append_input", "Iiiiiiiii:", LegacyTrap},
          {"wasmedge_tensorflow_append_output", "Iiii:", LegacyTrap},
          {"wasmedge_tensorflow_clear_input", "I:", LegacyTrap},
          {"wasmedge_tensorflow_clear_output", "I:", LegacyTrap},
      },
  };
  return module;
}

}  // namespace wasmedge_embed
