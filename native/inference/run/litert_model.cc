#include "inference/run/litert_model.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.h"
#include "inference/run/litert_library.h"
#include "inference/run/litert_log.h"

namespace wasmedge_embed {
namespace {

std::optional<TensorType> ToTensorType(litert::RawElementType type) {
  switch (type) {
    case litert::RawElementType::kBool:
      return TensorType::kBool;
    case litert::RawElementType::kFloat16:
      return TensorType::kFloat16;
    case litert::RawElementType::kFloat32:
      return TensorType::kFloat32;
    case litert::RawElementType::kFloat64:
      return TensorType::kFloat64;
    case litert::RawElementType::kInt16:
      return TensorType::kInt16;
    case litert::RawElementType::kInt32:
      return TensorType::kInt32;
    case litert::RawElementType::kInt64:
      return TensorType::kInt64;
    case litert::RawElementType::kInt8:
      return TensorType::kInt8;
    case litert::RawElementType::kUint8:
      return TensorType::kUint8;
  }
  return std::nullopt;
}

std::string ShapeText(const std::vector<int32_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(shape[i]);
  }
  return text + "]";
}

litert::RankedTensorType ReadType(const litert::Api& api, litert::TensorT* tensor,
                                  const litert::LogCapture& log, const std::string& label) {
  // LiteRT tells no version; that it writes the expected number of bytes stands in for it.
  constexpr uint8_t kUntouched = 0xA5;
  constexpr size_t kGuard = 128;
  alignas(litert::RankedTensorType) std::array<uint8_t, sizeof(litert::RankedTensorType) + kGuard>
      memory;
  memory.fill(kUntouched);
  const litert::Status status =
      api.GetRankedTensorType(tensor, reinterpret_cast<litert::RankedTensorType*>(memory.data()));
  litert::Check(status, "tell the type of " + label, log);
  const auto guard = memory.begin() + sizeof(litert::RankedTensorType);
  if (std::any_of(guard, memory.end(), [](uint8_t byte) { return byte != kUntouched; }) ||
      guard[-1] == kUntouched) {
    throw Error(ErrorCode::kNativeLoad,
                "The LiteRT library is not compatible: it describes tensors in another layout than "
                "LiteRT 2.3 does. Use the libLiteRt.so that the package carries.");
  }
  litert::RankedTensorType type;
  std::memcpy(&type, memory.data(), sizeof(type));
  return type;
}

TensorInfo Describe(const litert::Api& api, litert::TensorT* tensor,
                    const litert::RankedTensorType& type, const litert::LogCapture& log,
                    const std::string& label) {
  TensorInfo info;
  const char* name = nullptr;
  litert::Check(api.GetTensorName(tensor, &name), "tell the name of " + label, log);
  if (name != nullptr) info.name = name;
  const std::string full_label = label + " (\"" + info.name + "\")";

  const auto element_type = ToTensorType(type.element_type);
  if (!element_type) {
    throw Error(ErrorCode::kModel,
                "The model's " + full_label +
                    " has elements of a type that guests cannot pass (LiteRT type " +
                    std::to_string(static_cast<int32_t>(type.element_type)) +
                    "). Supported: float16, float32, float64, uint8, int8, int16, int32, int64, "
                    "bool.");
  }
  info.type = *element_type;

  const size_t rank = type.layout.rank_and_flags & 0x7F;
  if (rank > litert::kMaximumRank) {
    throw Error(ErrorCode::kModel, "The model's " + full_label + " has " + std::to_string(rank) +
                                       " dimensions; at most 8 are supported.");
  }
  info.shape.assign(type.layout.dimensions, type.layout.dimensions + rank);
  if (std::any_of(info.shape.begin(), info.shape.end(), [](int32_t size) { return size < 0; })) {
    throw Error(ErrorCode::kModel,
                "The model's " + full_label + " has a shape that is not fixed, " +
                    ShapeText(info.shape) +
                    ". Convert the model with fixed shapes (for example a batch size of 1).");
  }
  const auto byte_size = TensorByteSize(info.type, info.shape, kMaximumTensorBytes);
  if (!byte_size) {
    throw Error(ErrorCode::kModel, "The model's " + full_label + " of shape " +
                                       ShapeText(info.shape) + " is empty or larger than 2 GiB.");
  }
  info.byte_size = *byte_size;

  auto quantization_type = litert::QuantizationType::kNone;
  litert::Check(api.GetQuantizationTypeId(tensor, &quantization_type),
                "tell the quantization of " + full_label, log);
  if (quantization_type == litert::QuantizationType::kPerTensor) {
    litert::PerTensorQuantization quantization{};
    litert::Check(api.GetPerTensorQuantization(tensor, &quantization),
                  "tell the quantization of " + full_label, log);
    info.quantization = Quantization{quantization.scale, quantization.zero_point};
  }
  return info;
}

/// Of a rewritten model: as guests see the tensor.
void ShowAsItWas(LiteRtModel::Argument* argument) {
  TensorInfo& info = argument->info;
  if (info.type == TensorType::kInt8) {
    argument->flipped = true;
    info.type = TensorType::kUint8;
    if (info.quantization) info.quantization->zero_point += kHighestBit;
  }
  if (argument->copies.empty()) return;
  const auto channels = static_cast<uint64_t>(info.shape.back());
  info.shape.back() -= static_cast<int32_t>(argument->copies.size());
  info.byte_size = info.byte_size / channels * static_cast<uint64_t>(info.shape.back());
}

using GetCount = litert::Status (*)(litert::SignatureT*, size_t*);
using GetTensor = litert::Status (*)(litert::SignatureT*, size_t, litert::TensorT**);

std::vector<litert::TensorT*> Arguments(litert::SignatureT* signature, GetCount get_count,
                                        GetTensor get_tensor, const litert::LogCapture& log) {
  size_t count = 0;
  litert::Check(get_count(signature, &count), "count the arguments of the model's signature", log);
  std::vector<litert::TensorT*> tensors;
  for (size_t i = 0; i < count; ++i) {
    litert::TensorT* tensor = nullptr;
    litert::Check(get_tensor(signature, i, &tensor), "find the tensors of the model's signature",
                  log);
    tensors.push_back(tensor);
  }
  return tensors;
}

using GetGraphCount = litert::Status (*)(litert::SubgraphT*, size_t*);
using GetGraphTensor = litert::Status (*)(litert::SubgraphT*, size_t, litert::TensorT**);

/// The arguments' places in the order of the graph. Throws when the two lists do not hold the same
/// tensors, each once.
std::vector<size_t> GraphOrder(const std::vector<litert::TensorT*>& arguments,
                               litert::SubgraphT* graph, GetGraphCount get_count,
                               GetGraphTensor get_tensor, const litert::LogCapture& log) {
  size_t count = 0;
  litert::Check(get_count(graph, &count), "count the inputs and outputs of the model's graph", log);
  std::vector<size_t> order;
  for (size_t i = 0; i < count; ++i) {
    litert::TensorT* tensor = nullptr;
    litert::Check(get_tensor(graph, i, &tensor), "find the inputs and outputs of the model's graph",
                  log);
    const auto place = std::find(arguments.begin(), arguments.end(), tensor);
    if (place != arguments.end()) {
      order.push_back(static_cast<size_t>(place - arguments.begin()));
    }
  }
  std::vector<size_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (order.size() != arguments.size() ||
      std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    throw Error(ErrorCode::kModel,
                "The model's signature and its graph name different inputs or outputs, or one of "
                "them twice.");
  }
  return order;
}

}  // namespace

LiteRtModel::LiteRtModel(const AlignedBuffer& bytes, const RewrittenModel* rewritten)
    : rewritten_(rewritten), handle_(nullptr, nullptr) {
  const auto lock = litert::Library::Get().Lock();
  try {
    Parse(bytes);
  } catch (...) {
    // Under the lock still, unlike the members' destructors.
    handle_.reset();
    throw;
  }
}

LiteRtModel::~LiteRtModel() {
  const auto lock = litert::Library::Get().Lock();
  handle_.reset();
}

void LiteRtModel::Parse(const AlignedBuffer& bytes) {
  const litert::Library& library = litert::Library::Get();
  const litert::Api& api = library.api();
  litert::LogCapture log;
  litert::ModelT* handle = nullptr;
  litert::Check(
      api.CreateModelFromBuffer(library.environment(), bytes.data(), bytes.size(), &handle),
      "read the model", log);
  handle_ = litert::Owned<litert::ModelT>(handle, api.DestroyModel);

  size_t signature_count = 0;
  litert::Check(api.GetNumModelSignatures(handle, &signature_count), "count the model's signatures",
                log);
  if (signature_count == 0) throw Error(ErrorCode::kModel, "The model has no signature.");
  litert::SignatureT* signature = nullptr;
  litert::Check(api.GetModelSignature(handle, 0, &signature), "find the model's signature", log);
  ReadArguments(signature);
}

void LiteRtModel::ReadArguments(litert::SignatureT* signature) {
  const litert::Api& api = litert::Library::Get().api();
  litert::LogCapture log;
  litert::SubgraphT* graph = nullptr;
  litert::Check(api.GetSignatureSubgraph(signature, &graph), "find the model's graph", log);

  const auto read = [&](const std::vector<litert::TensorT*>& tensors,
                        const std::vector<size_t>& order, const char* label,
                        const std::vector<ChannelCopies>& copies) {
    std::vector<Argument> arguments;
    for (size_t i = 0; i < order.size(); ++i) {
      litert::TensorT* tensor = tensors[order[i]];
      const std::string full_label = std::string(label) + " " + std::to_string(i);
      const litert::RankedTensorType type = ReadType(api, tensor, log, full_label);
      TensorInfo info = Describe(api, tensor, type, log, full_label);
      const uint64_t byte_size = info.byte_size;
      Argument& argument =
          arguments.emplace_back(Argument{std::move(info), type, order[i], false, {}, byte_size});
      if (rewritten_ == nullptr) continue;
      if (i < copies.size()) argument.copies = copies[i];
      ShowAsItWas(&argument);
    }
    return arguments;
  };
  const auto inputs =
      Arguments(signature, api.GetNumSignatureInputs, api.GetSignatureInputTensorByIndex, log);
  inputs_ = read(
      inputs, GraphOrder(inputs, graph, api.GetNumSubgraphInputs, api.GetSubgraphInput, log),
      "input", rewritten_ != nullptr ? rewritten_->input_copies : std::vector<ChannelCopies>());
  const auto outputs =
      Arguments(signature, api.GetNumSignatureOutputs, api.GetSignatureOutputTensorByIndex, log);
  outputs_ = read(outputs,
                  GraphOrder(outputs, graph, api.GetNumSubgraphOutputs, api.GetSubgraphOutput, log),
                  "output", {});
  if (outputs_.empty()) throw Error(ErrorCode::kModel, "The model has no output.");
  for (litert::TensorT* output : outputs) {
    // LiteRT runs such a model and leaves the output's memory as it was.
    if (std::find(inputs.begin(), inputs.end(), output) != inputs.end()) {
      throw Error(ErrorCode::kModel,
                  "The model gives an input back as an output, which LiteRT cannot do.");
    }
  }
}

}  // namespace wasmedge_embed
