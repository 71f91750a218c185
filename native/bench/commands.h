#pragma once

#include <istream>
#include <ostream>
#include <string>
#include <vector>

#include "inference/run/inference_options.h"

namespace wasmedge_embed::bench {

/// What the program was told on its command line.
struct Arguments {
  std::string model;
  std::vector<std::string> pictures;
  InferenceOptions inference;
  /// Run the model alone; pictures are not decoded.
  bool inference_only = false;
  /// Answer the first picture, say when each part was done, and end.
  bool cold_start = false;
};

/// Does what the lines of `in` ask, and answers each with one line of JSON on `out`, until `in`
/// ends: the protocol of `wasmedge-embed bench` with its contenders.
///
///     answer PICTURE                       -> {"index":…,"score":…}
///     measure PICTURE WARM-UP COUNT        -> {"latenciesMs":[…],"partsMs":{"decode":…,…}}
///     saturate PICTURE CONCURRENCY MS      -> {"latenciesMs":[…],"elapsedMs":…}
///
/// PICTURE is the index of an argument; `partsMs` are means. A line that is none of these, or a
/// picture that cannot be decoded, is answered with {"error":"…"}.
void Serve(const Arguments& arguments, std::istream& in, std::ostream& out);

/// For the benchmark's cold start: marks of the time, in milliseconds since 1970, and the answer.
void StartCold(const Arguments& arguments, std::ostream& out);

}  // namespace wasmedge_embed::bench
