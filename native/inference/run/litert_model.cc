#include "inference/run/litert_model.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "inference/check/host_model_check.h"
#include "inference/run/litert_library.h"
#include "inference/run/litert_log.h"

namespace wasmedge_embed {
namespace {

litert::RawElementType ToRawType(TensorType type) noexcept {
  switch (type) {
    case TensorType::kFloat32:
      return litert::RawElementType::kFloat32;
    case TensorType::kFloat16:
      return litert::RawElementType::kFloat16;
    case TensorType::kFloat64:
      return litert::RawElementType::kFloat64;
    case TensorType::kUint8:
      return litert::RawElementType::kUint8;
    case TensorType::kUint16:
      return litert::RawElementType::kUint16;
    case TensorType::kUint32:
      return litert::RawElementType::kUint32;
    case TensorType::kUint64:
      return litert::RawElementType::kUint64;
    case TensorType::kInt8:
      return litert::RawElementType::kInt8;
    case TensorType::kInt16:
      return litert::RawElementType::kInt16;
    case TensorType::kInt32:
      return litert::RawElementType::kInt32;
    case TensorType::kInt64:
      return litert::RawElementType::kInt64;
    case TensorType::kBool:
      return litert::RawElementType::kBool;
    case TensorType::kComplex64:
      return litert::RawElementType::kComplex64;
  }
  return litert::RawElementType::kFloat32;
}

/// LiteRT does not report its version, so this checks that it describes a tensor in the expected
/// layout instead. `model` has a single float as its input.
void CheckLayout(litert::ModelT* model, const litert::LogCapture& log) {
  constexpr uint8_t kUntouched = 0xA5;
  constexpr size_t kGuard = 128;
  const litert::Api& api = litert::Library::Get().api();
  litert::SignatureT* signature = nullptr;
  litert::Check(api.GetModelSignature(model, 0, &signature), "find a model's signature", log);
  litert::TensorT* tensor = nullptr;
  litert::Check(api.GetSignatureInputTensorByIndex(signature, 0, &tensor), "find a model's input",
                log);
  alignas(litert::RankedTensorType) std::array<uint8_t, sizeof(litert::RankedTensorType) + kGuard>
      memory;
  memory.fill(kUntouched);
  const litert::Status status =
      api.GetRankedTensorType(tensor, reinterpret_cast<litert::RankedTensorType*>(memory.data()));
  litert::Check(status, "tell the type of a model's input", log);
  litert::RankedTensorType type;
  std::memcpy(&type, memory.data(), sizeof(type));
  const auto guard = memory.begin() + sizeof(litert::RankedTensorType);
  const bool is_expected =
      std::all_of(guard, memory.end(), [](uint8_t byte) { return byte == kUntouched; }) &&
      guard[-1] != kUntouched && type.element_type == litert::RawElementType::kFloat32 &&
      type.layout.rank_and_flags == 1 && type.layout.dimensions[0] == 1;
  if (!is_expected) {
    throw Error(ErrorCode::kNativeLoad,
                "The LiteRT library is not compatible: its layout of tensors differs from that of "
                "LiteRT 2.3. Use the libLiteRt.so in the package.");
  }
}

std::vector<LiteRtModel::Argument> MakeArguments(const FileSubgraph& subgraph,
                                                 const std::vector<TensorInfo>& infos,
                                                 const FlatVector<int32_t>& tensors) {
  std::vector<LiteRtModel::Argument> arguments;
  for (size_t i = 0; i < infos.size(); ++i) {
    const FileTensor& tensor = subgraph.tensors[static_cast<size_t>(tensors[i])];
    LiteRtModel::Argument& argument = arguments.emplace_back(
        LiteRtModel::Argument{infos[i].type, ToRawType(infos[i].type), tensors[i], {}, false, {}});
    argument.file_shape.assign(tensor.shape.begin(), tensor.shape.end());
  }
  return arguments;
}

/// For a rewritten model: each uint8 tensor is int8 in LiteRT.
void Flip(std::vector<LiteRtModel::Argument>* arguments) {
  for (LiteRtModel::Argument& argument : *arguments) {
    if (argument.guest_type != TensorType::kUint8) continue;
    argument.flipped = true;
    argument.type = litert::RawElementType::kInt8;
  }
}

}  // namespace

LiteRtModel::LiteRtModel(const ModelFile& file, const ModelGraph& graph, OutputPath path,
                         bool verify, const RewrittenModel* rewritten, PageBuffer* lent)
    : path_(path),
      inputs_taken_over_(InputsTakenOver(file, graph.index)),
      handle_(nullptr, nullptr) {
  const FileSubgraph& subgraph = file.subgraphs()[graph.index];
  inputs_ = MakeArguments(subgraph, graph.inputs, subgraph.inputs);
  outputs_ = MakeArguments(subgraph, graph.outputs, subgraph.outputs);
  if (rewritten != nullptr) {
    Flip(&inputs_);
    Flip(&outputs_);
    for (size_t i = 0; i < rewritten->input_copies.size(); ++i) {
      inputs_[i].copies = rewritten->input_copies[i];
    }
  }
  tensor_uses_ = MemoryGuard::UsesOf(subgraph);
  assembled_ = AssembleModel(file, graph.index, path, lent);
  const auto lock = litert::Library::Get().Lock();
  try {
    Make(verify);
  } catch (...) {
    // Here, since the members' destructors would run without the lock.
    handle_.reset();
    throw;
  }
}

LiteRtModel::~LiteRtModel() {
  const auto lock = litert::Library::Get().Lock();
  handle_.reset();
}

void LiteRtModel::Make(bool verify) {
  const litert::Library& library = litert::Library::Get();
  const litert::Api& api = library.api();
  litert::LogCapture log;
  const auto make = [&](size_t root) {
    assembled_.SetRoot(root);
    litert::ModelT* handle = nullptr;
    litert::Check(api.CreateModelFromBuffer(library.environment(), assembled_.bytes,
                                            assembled_.size, &handle),
                  "read the model", log);
    handle_ = litert::Owned<litert::ModelT>(handle, api.DestroyModel);
  };
  if (verify) {
    assembled_.ShowState(false);
    make(assembled_.model_root);
    assembled_.ShowState(true);
  }
  make(assembled_.plain_root);
  CheckLayout(handle_.get(), log);
  assembled_.SetRoot(assembled_.model_root);
}

}  // namespace wasmedge_embed
