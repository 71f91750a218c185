#include "inference/run/litert_log.h"

#include "base/error.h"

namespace wasmedge_embed::litert {

void Check(Status status, const std::string& task, const LogCapture& log) {
  if (status == kStatusOk) return;
  std::string reason = log.Errors();
  if (!reason.empty()) reason = ": " + reason;
  throw Error(ErrorCode::kModel,
              "LiteRT cannot " + task + " (" + StatusText(status) + ")" + reason);
}

}  // namespace wasmedge_embed::litert
