// The check of models: it reads any bytes without harm, and its decision does not depend on the
// caller. Models that pass are rewritten to int8 as far as possible. With
// WASMEDGE_EMBED_FUZZ_LITERT set, LiteRT also loads, compiles and runs them, with all of its
// kernels: slower, but it finds what the check should refuse.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <vector>

#include "base/error.h"
#include "base/page_buffer.h"
#include "fuzz/require.h"
#include "inference/check/host_model_check.h"
#include "inference/check/model_check.h"
#include "inference/rewrite/model_rewrite.h"
#include "inference/run/assembled_model.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/memory_guard.h"
#include "inference/run/model.h"
#include "inference/run/model_graph.h"

namespace wasmedge_embed::fuzz {
namespace {

// Keeps the time for one input short, even with the slowest kernels.
constexpr uint64_t kQuickArithmetic = 10'000'000;
constexpr uint64_t kQuickBytes = 16 << 20;

std::optional<ModelSummary> Check(const std::vector<uint8_t>& bytes, const ModelLimits& limits) {
  try {
    return CheckModel(bytes.data(), bytes.size(), limits);
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModel || error.code() == ErrorCode::kLimit,
            "a refusal is for the model or for a limit");
    Require((error.code() == ErrorCode::kLimit) == !error.detail().empty(), "a limit has a name");
    return std::nullopt;
  }
}

/// Whose place is written in the file, and moved.
bool HasOutsideData(const ModelFile& file) {
  for (const FileBuffer& buffer : file.buffers()) {
    if (buffer.is_outside) return true;
  }
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    for (const FileOperator& op : subgraph.operators) {
      if (op.large_options_offset != 0) return true;
    }
  }
  return false;
}

/// Rewriting a model that passes the check does no harm, and the result passes the check as well.
void Rewrite(const std::vector<uint8_t>& bytes) {
  const RewrittenModel rewritten = RewriteModel(bytes.data(), bytes.size());
  Require(rewritten.rewritten() == (rewritten.bytes.size() != 0),
          "a model that is left has a reason");
  if (!rewritten.rewritten()) return;
  constexpr size_t kSpareGrowth = 64 << 10;
  Require(rewritten.bytes.size() <= 3 * bytes.size() + 2 * kSpareGrowth,
          "a model grows within bounds");
  CheckModel(rewritten.bytes.data(), rewritten.bytes.size(), ModelLimits::Own());
}

/// Where the file is lent, the tables go in front of it, and it stays where it is.
void AssembleInPlace(const std::vector<uint8_t>& bytes, const ModelFile::Bounds& bounds,
                     size_t graph, OutputPath path, const AssembledModel& expected) {
  PageBuffer lent = PageBuffer::Copy(bytes.data(), bytes.size());
  const uint8_t* const data = lent.data();
  const ModelFile file(data, bytes.size(), bounds, FlatAlignment::kHalf);
  AssembledModel model = AssembleModel(file, graph, path, &lent);
  model.SetRoot(model.plain_root);
  model.ShowState(false);
  model.SetRoot(model.model_root);
  model.ShowState(true);
  Require(model.size == expected.size &&
              std::equal(model.bytes, model.bytes + model.size, expected.bytes),
          "a model is the same where it is lent as where it is copied");
  Require(!lent.empty() || model.bytes + model.file_position == data, "a lent file does not move");
}

/// As a model of the host's, by the check that knows no operators: what passes is described, and
/// assembled for LiteRT, graph by graph.
void CheckAsHosts(const std::vector<uint8_t>& bytes) {
  constexpr ModelLimits kLimits = ModelLimits::Own();
  try {
    const ModelFile::Bounds bounds{kLimits.subgraphs, kLimits.tensors, kLimits.operators};
    const ModelFile file(bytes.data(), bytes.size(), bounds, FlatAlignment::kHalf);
    CheckHostModel(file);
    KeepsState(file);
    for (size_t graph = 0; graph < file.subgraphs().size(); ++graph) {
      InputsTakenOver(file, graph);
      MemoryGuard::UsesOf(file.subgraphs()[graph]);
      for (const bool static_shapes : {false, true}) {
        const OutputPath path = ChooseOutputPath(file, graph, static_shapes);
        AssembledModel model = AssembleModel(file, graph, path, nullptr);
        model.ShowState(false);
        model.SetRoot(model.plain_root);
        model.SetRoot(model.model_root);
        model.ShowState(true);
        Require(std::equal(bytes.begin(), bytes.end(), model.bytes + model.file_position) ||
                    HasOutsideData(file),
                "LiteRT is given the file as it is");
        if (!HasOutsideData(file)) AssembleInPlace(bytes, bounds, graph, path, model);
      }
    }
    DescribeGraph(file, {});
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModel || error.code() == ErrorCode::kLimit,
            "a refusal is for the model or for a limit");
  }
}

void Run(const std::vector<uint8_t>& bytes) {
  try {
    const Model model(PageBuffer::Copy(bytes.data(), bytes.size()), ModelLimits::Guest());
    for (const InferenceOptions& options : {InferenceOptions{1, Kernels::kXnnpack, true},
                                            {1, Kernels::kXnnpack, false},
                                            {1, Kernels::kBuiltin, true}}) {
      const auto compiled = model.Pool(options).Acquire();
      // The file's last bytes, repeated: the fuzzer uses them to choose an index, a count or a
      // float.
      constexpr size_t kChosen = sizeof(uint64_t);
      const uint8_t* chosen = bytes.data() + bytes.size() - kChosen;
      for (size_t input = 0; input < model.inputs().size(); ++input) {
        uint8_t* to = compiled->input(input);
        const uint64_t size = model.inputs()[input].byte_size;
        for (uint64_t i = 0; i < size; ++i) to[i] = chosen[i % kChosen];
      }
      compiled->Run();
    }
  } catch (const Error& error) {
    Require(error.code() == ErrorCode::kModel, "LiteRT refuses with a reason");
  }
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

// LiteRT leaks the shape of a tensor when it refuses a model at run time.
extern "C" const char* __lsan_default_suppressions() { return "leak:libLiteRt.so\n"; }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace wasmedge_embed;
  static const bool runs = std::getenv("WASMEDGE_EMBED_FUZZ_LITERT") != nullptr;
  // At its exact size, so that the sanitizer detects an access to the first byte beyond it.
  const std::vector<uint8_t> bytes(data, data + size);
  const auto as_guest = fuzz::Check(bytes, ModelLimits::Guest());
  const auto as_own = fuzz::Check(bytes, ModelLimits::Own());
  fuzz::CheckAsHosts(bytes);
  if (!as_guest) return 0;
  fuzz::Require(as_own.has_value(), "what a guest may bring, its host may");
  fuzz::Require(as_guest->arithmetic() == as_own->arithmetic() &&
                    as_guest->activation_bytes == as_own->activation_bytes &&
                    as_guest->weight_bytes == as_own->weight_bytes,
                "a model's work does not depend on who brings it");
  fuzz::Rewrite(bytes);
  if (runs && as_guest->arithmetic() <= fuzz::kQuickArithmetic &&
      as_guest->activation_bytes <= fuzz::kQuickBytes) {
    fuzz::Run(bytes);
  }
  return 0;
}
