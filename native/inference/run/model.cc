#include "inference/run/model.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "inference/check/host_model_check.h"
#include "inference/check/model_check.h"
#include "inference/run/compiled_model.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/litert_model.h"

namespace wasmedge_embed {
namespace {

/// For shapes other than the file's.
constexpr size_t kMaximumPools = 8;

/// How much more memory a compiled model takes for an input with this shape than for the file's.
double Growth(const std::vector<int32_t>& file_shape, const std::vector<int32_t>& shape) {
  double batch = 1;
  double others = 1;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    const bool is_known = axis < file_shape.size() && file_shape[axis] > 0;
    const double ratio = shape[axis] / static_cast<double>(is_known ? file_shape[axis] : 1);
    (axis == 0 ? batch : others) *= std::max(ratio, 1.0);
  }
  return batch * others * others;
}

bool HasOutsideData(const ModelFile& file) {
  const bool in_buffers = std::any_of(file.buffers().begin(), file.buffers().end(),
                                      [](const FileBuffer& buffer) { return buffer.is_outside; });
  if (in_buffers) return true;
  for (const FileSubgraph& subgraph : file.subgraphs()) {
    for (const FileOperator& op : subgraph.operators) {
      if (op.large_options_offset != 0) return true;
    }
  }
  return false;
}

}  // namespace

Model::Model(PageBuffer bytes, const ModelLimits& limits)
    : bytes_(std::move(bytes)), is_hosts_(limits.unchecked_operators) {
  const uint8_t* const data = bytes_.data();
  const size_t size = bytes_.size();
  const ModelFile::Bounds bounds{limits.subgraphs, limits.tensors, limits.operators};
  bool is_strict = true;
  try {
    summary_ = CheckModel(data, size, limits);
  } catch (const Error& error) {
    if (!is_hosts_) throw;
    const ModelFile file(data, size, bounds, FlatAlignment::kHalf);
    summary_ = CheckHostModel(file);
    RequireRunnable(file, 0);
    is_strict = false;
    rewritten_.reason = ReasonToLeave(error);
  }
  if (is_strict) rewritten_ = RewriteModel(data, size);
  const FlatAlignment alignment = is_strict ? FlatAlignment::kNatural : FlatAlignment::kHalf;
  file_ = std::make_unique<ModelFile>(data, size, bounds, alignment);
  keeps_state_ = KeepsState(*file_);
  first_graph_ = DescribeGraphOfFile(*file_, 0);
  try {
    first_graph_ = graph();
  } catch (const Error&) {
    // It needs the shapes from settings.
  }
  // Determines now whether LiteRT can use it.
  if (rewritten_.rewritten()) {
    Variant(0, true, &rewritten_.bytes);
    rewritten_.bytes = PageBuffer();
    return;
  }
  const bool changes = HasOutsideData(*file_);
  const LiteRtModel& variant = Variant(0, false, changes ? nullptr : &bytes_);
  if (changes || bytes_.empty()) return;
  // It has a copy.
  file_ = std::make_unique<ModelFile>(variant.file(), size, bounds, alignment);
  bytes_ = PageBuffer();
}

Model::~Model() = default;

const LiteRtModel& Model::Variant(size_t graph, bool rewritten, PageBuffer* lent) const {
  std::unique_ptr<LiteRtModel>& variant = variants_[{graph, rewritten}];
  if (variant != nullptr) return *variant;
  const OutputPath path = ChooseOutputPath(*file_, graph, summary_.static_shapes);
  const ModelGraph described = DescribeGraphOfFile(*file_, graph);
  if (rewritten) {
    // There is one graph, whose variant is made with the model.
    constexpr size_t kAny = std::numeric_limits<size_t>::max();
    const ModelFile file(lent->data(), lent->size(), {kAny, kAny, kAny});
    variant = std::make_unique<LiteRtModel>(file, described, path, !is_hosts_, &rewritten_, lent);
  } else {
    variant = std::make_unique<LiteRtModel>(*file_, described, path, !is_hosts_, nullptr, lent);
  }
  return *variant;
}

InferenceOptions Model::Decide(InferenceOptions options) const noexcept {
  options.rewrite = options.UsesRewrite() && rewritten_.rewritten();
  return options;
}

std::shared_ptr<CompiledModelPool> Model::Pool(const InferenceOptions& options,
                                               const ModelGraph& graph) const {
  PoolKey key{graph.index, Decide(options), graph.input_shapes()};
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto [entry, is_new] = pools_.try_emplace(key);
  entry->second.last_use = ++uses_;
  if (is_new) {
    try {
      entry->second.pool = std::make_shared<CompiledModelPool>(
          Variant(key.graph, key.options.rewrite), key.options, key.shapes);
    } catch (...) {
      pools_.erase(entry);
      throw;
    }
    ForgetPools();
  }
  return pools_.find(key)->second.pool;
}

CompiledModelPool& Model::Pool(const InferenceOptions& options) const {
  return *Pool(options, graph());
}

void Model::ForgetPools() const {
  const auto is_of_file = [&](const PoolKey& key) {
    InputShapes shapes = DescribeGraphOfFile(*file_, key.graph).input_shapes();
    for (std::vector<int32_t>& shape : shapes) {
      if (!shape.empty() && shape[0] == -1) shape[0] = 1;
    }
    return key.shapes == shapes;
  };
  std::vector<std::pair<uint64_t, PoolKey>> others;
  for (const auto& [key, entry] : pools_) {
    if (!is_of_file(key)) others.emplace_back(entry.last_use, key);
  }
  if (others.size() <= kMaximumPools) return;
  pools_.erase(std::min_element(others.begin(), others.end())->second);
}

std::unique_ptr<CompiledModel> Model::Compile(const InferenceOptions& options,
                                              const ModelGraph& graph) const {
  const InferenceOptions decided = Decide(options);
  const LiteRtModel* variant = nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    variant = &Variant(graph.index, decided.rewrite);
  }
  return std::make_unique<CompiledModel>(*variant, decided, graph.input_shapes());
}

uint64_t Model::PrivateBytes(const ModelGraph& graph) const {
  const InputShapes used = graph.input_shapes();
  if (!keeps_state_ && used == graph.lent_shapes) return 0;
  const FileSubgraph& subgraph = file_->subgraphs()[graph.index];
  double growth = 1;
  for (size_t i = 0; i < used.size(); ++i) {
    const FlatVector<int32_t>& shape =
        subgraph.tensors[static_cast<size_t>(subgraph.inputs[i])].shape;
    growth = std::max(growth, Growth({shape.begin(), shape.end()}, used[i]));
  }
  double bytes = static_cast<double>(summary_.activation_bytes) * growth;
  // What is usually shared belongs only to this one if it keeps state.
  if (keeps_state_) bytes += static_cast<double>(summary_.weight_bytes);
  constexpr double kMost = 9e18;
  return static_cast<uint64_t>(std::min(bytes, kMost));
}

}  // namespace wasmedge_embed
