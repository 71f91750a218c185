// Measures one inference of a model on one input: original and rewritten, on LiteRT's kernels,
// through a session as guests use it and by LiteRT alone. The variants take turns, so that other
// load on the machine affects them all alike.
//
//   WASMEDGE_EMBED_LITERT=…/libLiteRt.so inference_bench MODEL [ROUNDS [THREADS]]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/invocation.h"
#include "base/read_file.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/model_store.h"
#include "inference/run/session.h"

namespace wasmedge_embed {
namespace {

using Clock = std::chrono::steady_clock;

double Milliseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

/// Resident memory of this process, in KiB.
long ResidentKib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::atol(line.c_str() + 6);
  }
  return 0;
}

struct Way {
  std::string name;
  std::function<void()> run;
  std::vector<double> times;
};

void AddSession(const std::string& name, const std::shared_ptr<Model>& model,
                const InferenceOptions& options, std::vector<Way>* ways) {
  auto session = std::make_shared<Session>(model, options);
  auto invocation = std::make_shared<Invocation>();
  std::vector<uint8_t> input(model->inputs()[0].byte_size);
  for (size_t i = 0; i < input.size(); ++i) input[i] = static_cast<uint8_t>(i * 37 % 251);
  ways->push_back({name,
                   [session, invocation, input] {
                     if (!session->SetInput(0, input.data(), input.size())) std::abort();
                     session->Run(*invocation);
                   },
                   {}});
}

void Measure(const char* path, int rounds, int threads) {
  const auto bytes = ReadFile(path);
  double least = 1e9;
  for (int i = 0; i < 10; ++i) {
    const auto begin = Clock::now();
    RewriteModel(bytes.data(), bytes.size());
    least = std::min(least, Milliseconds(Clock::now() - begin));
  }
  std::printf("rewrite %.2f ms, ", least);
  const long before = ResidentKib();
  const auto start = Clock::now();
  const auto model = LoadModel(bytes.data(), bytes.size());
  const auto loaded = Clock::now();
  const InferenceOptions rewrite{threads, Kernels::kXnnpack, true};
  // Held for LiteRT alone, without the session's copies and clock.
  const auto lease = model->Pool(rewrite).Acquire();
  const auto compiled = Clock::now();
  lease->Run();
  const auto ran = Clock::now();
  std::printf("load %.2f ms, compile %.2f ms, first run %.2f ms, resident +%ld KiB\n",
              Milliseconds(loaded - start), Milliseconds(compiled - loaded),
              Milliseconds(ran - compiled), ResidentKib() - before);
  const RewrittenModel& rewritten = model->rewritten();
  if (rewritten.rewritten()) {
    std::printf("rewritten: %zu of %zu channels are not exact\n", rewritten.inexact_channels,
                rewritten.channels);
  } else {
    std::printf("left as it is: it %s\n", rewritten.reason.c_str());
  }

  std::vector<Way> ways;
  AddSession("as it is, XNNPACK", model, {threads, Kernels::kXnnpack, false}, &ways);
  AddSession("as it is, built-in kernels", model, {threads, Kernels::kBuiltin, false}, &ways);
  AddSession("rewritten, session", model, rewrite, &ways);
  ways.push_back({"rewritten, LiteRT alone", [&lease] { lease->Run(); }, {}});
  for (int round = -2; round < rounds; ++round) {
    for (Way& way : ways) {
      const auto begin = Clock::now();
      way.run();
      if (round >= 0) way.times.push_back(Milliseconds(Clock::now() - begin));
    }
  }
  for (Way& way : ways) std::sort(way.times.begin(), way.times.end());
  const Way& session = ways[2];
  const auto median = [](const Way& way) { return way.times[way.times.size() / 2]; };
  std::printf("%-28s %9s %9s   relative to rewritten, session\n", "ms", "minimum", "median");
  for (const Way& way : ways) {
    std::printf("%-28s %9.3f %9.3f   %.3f %.3f\n", way.name.c_str(), way.times.front(), median(way),
                way.times.front() / session.times.front(), median(way) / median(session));
  }
}

}  // namespace
}  // namespace wasmedge_embed

int main(int argc, char** argv) {
  if (argc < 2 || argc > 4) {
    std::fprintf(stderr, "Usage: inference_bench MODEL [ROUNDS [THREADS]]\n");
    return 2;
  }
  try {
    wasmedge_embed::Measure(argv[1], argc > 2 ? std::max(1, std::atoi(argv[2])) : 200,
                            argc > 3 ? std::atoi(argv[3]) : 1);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
