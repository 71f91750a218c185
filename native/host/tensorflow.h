#pragma once

#include "host/host_module.h"

namespace wasmedge_embed {

/// The state of `wasmedge_tensorflow`: none, since TensorFlow itself is not part of this package.
///
/// The crate wasmedge_tensorflow_interface has one type for sessions of TensorFlow and of
/// TensorFlow Lite, so guests that only ever run models of the latter import both modules. They
/// link, with the interface since 0.13 and with that of 0.8 to 0.12. Every call fails: with an
/// error number, 0 for a session or tensor, 1 for a run; functions without a result throw
/// `Error(kTrap)`. Arguments are ignored.
class TensorFlowState {};

/// `wasmedge_tensorflow`.
const HostModule<TensorFlowState>& TensorFlowModule();

}  // namespace wasmedge_embed
