#include "engine/signature.h"

#include "base/error.h"

namespace wasmedge_embed {
namespace {

ValueKind KindOf(char letter) {
  switch (letter) {
    case 'i':
      return ValueKind::kI32;
    case 'I':
      return ValueKind::kI64;
    case 'f':
      return ValueKind::kF32;
    case 'F':
      return ValueKind::kF64;
    default:
      throw Error(ErrorCode::kInvalidArgument,
                  std::string("A signature's letters are i, I, f and F, not '") + letter + "'.");
  }
}

std::string Join(const std::vector<ValueKind>& kinds) {
  std::string text;
  for (const ValueKind kind : kinds) {
    if (!text.empty()) text += ", ";
    text += ValueKindName(kind);
  }
  return text;
}

}  // namespace

ValueKind ReadValueKind(const wasmedge::Api& api, wasmedge::ValueType type) {
  if (api.ValTypeIsI32(type)) return ValueKind::kI32;
  if (api.ValTypeIsI64(type)) return ValueKind::kI64;
  if (api.ValTypeIsF32(type)) return ValueKind::kF32;
  if (api.ValTypeIsF64(type)) return ValueKind::kF64;
  if (api.ValTypeIsV128(type)) return ValueKind::kV128;
  if (api.ValTypeIsFuncRef(type)) return ValueKind::kFuncRef;
  if (api.ValTypeIsExternRef(type)) return ValueKind::kExternRef;
  return ValueKind::kOther;
}

const char* ValueKindName(ValueKind kind) noexcept {
  switch (kind) {
    case ValueKind::kI32:
      return "i32";
    case ValueKind::kI64:
      return "i64";
    case ValueKind::kF32:
      return "f32";
    case ValueKind::kF64:
      return "f64";
    case ValueKind::kV128:
      return "v128";
    case ValueKind::kFuncRef:
      return "funcref";
    case ValueKind::kExternRef:
      return "externref";
    case ValueKind::kOther:
      break;
  }
  return "ref";
}

bool IsNumber(ValueKind kind) noexcept {
  return kind == ValueKind::kI32 || kind == ValueKind::kI64 || kind == ValueKind::kF32 ||
         kind == ValueKind::kF64;
}

std::string Signature::ToString() const {
  const std::string returned = Join(results);
  return "(" + Join(params) + ") -> " + (results.size() == 1 ? returned : "(" + returned + ")");
}

Signature ParseSignature(const char* letters) {
  Signature signature;
  std::vector<ValueKind>* target = &signature.params;
  for (const char* letter = letters; *letter != '\0'; ++letter) {
    if (*letter == ':') {
      target = &signature.results;
    } else {
      target->push_back(KindOf(*letter));
    }
  }
  return signature;
}

Signature ReadSignature(const wasmedge::Api& api, const wasmedge::FunctionTypeContext* type) {
  const auto read = [&api](const std::vector<wasmedge::ValueType>& types) {
    std::vector<ValueKind> kinds;
    kinds.reserve(types.size());
    for (const wasmedge::ValueType& each : types) kinds.push_back(ReadValueKind(api, each));
    return kinds;
  };
  std::vector<wasmedge::ValueType> params(api.FunctionTypeGetParametersLength(type));
  api.FunctionTypeGetParameters(type, params.data(), static_cast<uint32_t>(params.size()));
  std::vector<wasmedge::ValueType> results(api.FunctionTypeGetReturnsLength(type));
  api.FunctionTypeGetReturns(type, results.data(), static_cast<uint32_t>(results.size()));
  return {read(params), read(results)};
}

wasmedge::ValueType MakeValueType(const wasmedge::Api& api, ValueKind kind) {
  switch (kind) {
    case ValueKind::kI32:
      return api.ValTypeGenI32();
    case ValueKind::kI64:
      return api.ValTypeGenI64();
    case ValueKind::kF32:
      return api.ValTypeGenF32();
    case ValueKind::kF64:
      return api.ValTypeGenF64();
    default:
      throw Error(ErrorCode::kInvalidArgument,
                  std::string("A host function cannot take ") + ValueKindName(kind) + " values.");
  }
}

}  // namespace wasmedge_embed
