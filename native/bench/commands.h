#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "inference/run/inference_options.h"

namespace wasmedge_embed::bench {

/// What the command line asks for.
struct Arguments {
  std::string model;
  std::vector<std::string> pictures;
  InferenceOptions inference;
  /// Run only the model; pictures are not decoded.
  bool inference_only = false;
  /// Answer the first picture, report when each part was done, and exit.
  bool cold_start = false;
};

/// Executes the commands in the lines of `in` and answers each with one line of JSON on `out`,
/// until the end of `in`. This is the protocol between `wasmedge-embed bench` and its contenders.
///
///     answer PICTURE                       -> {"index":…,"score":…}
///     measure PICTURE WARM-UP COUNT        -> {"latenciesMs":[…],"partsMs":{"decode":…,…}}
///     saturate PICTURE CONCURRENCY MS      -> {"latenciesMs":[…],"elapsedMs":…}
///
/// PICTURE is the index of an argument; `partsMs` are means. For any other line, and for a picture
/// that cannot be decoded, the answer is {"error":"…"}.
void Serve(const Arguments& arguments, std::istream& in, std::ostream& out);

/// For the benchmark's cold start: timestamps, in milliseconds since 1970, and the answer.
void StartCold(const Arguments& arguments, std::ostream& out);

}  // namespace wasmedge_embed::bench
