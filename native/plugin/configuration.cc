#include "plugin/configuration.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <system_error>

#include "base/error.h"

namespace wasmedge_embed::plugin {
namespace {

constexpr char kModels[] = "WASMEDGE_EMBED_MODELS";
constexpr char kModelSettings[] = "WASMEDGE_EMBED_MODEL_SETTINGS";
constexpr char kInference[] = "WASMEDGE_EMBED_INFERENCE";
constexpr char kLimits[] = "WASMEDGE_EMBED_LIMITS";

constexpr size_t kMaximumNameLength = 64;
constexpr uint64_t kMaximumThreads = 64;
constexpr uint64_t kMaximumHandles = 65'536;

[[noreturn]] void Refuse(const std::string& where, const std::string& expected,
                         std::string_view got) {
  throw Error(ErrorCode::kInvalidArgument,
              where + " must be " + expected + ", got '" + std::string(got.substr(0, 100)) + "'.");
}

std::string_view Variable(const char* name) noexcept {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

/// Passes each part that is not empty to `use`.
template <typename Use>
void Split(std::string_view text, char separator, const Use& use) {
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) use(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// Passes the two halves of each `KEY=VALUE` to `use`.
template <typename Use>
void SplitPairs(const char* variable, const char* expected, char separator, const Use& use) {
  Split(Variable(variable), separator, [&](std::string_view entry) {
    const size_t equals = entry.find('=');
    if (equals == std::string_view::npos) Refuse(variable, expected, entry);
    use(entry.substr(0, equals), entry.substr(equals + 1));
  });
}

uint64_t ToNumber(const std::string& where, std::string_view text, uint64_t least, uint64_t most) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most) {
    Refuse(where, "an integer from " + std::to_string(least) + " to " + std::to_string(most), text);
  }
  return number;
}

bool ToBoolean(const std::string& where, std::string_view text) {
  if (text != "true" && text != "false") Refuse(where, "true or false", text);
  return text == "true";
}

Kernels ToKernels(const std::string& where, std::string_view name) {
  if (name == "xnnpack") return Kernels::kXnnpack;
  if (name == "builtin") return Kernels::kBuiltin;
  Refuse(where, "xnnpack or builtin", name);
}

/// The same names as in `loadModule`: letters, digits, '_', '-' and, except at the start, '.'.
void CheckModelName(const std::string& where, std::string_view name) {
  const auto is_allowed = [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' || character == '-' ||
           character == '.';
  };
  if (name.empty() || name.size() > kMaximumNameLength || name.front() == '.' ||
      !std::all_of(name.begin(), name.end(), is_allowed)) {
    Refuse("a model's name in " + where, "1 to 64 letters, digits, '.', '_' or '-', not '.' first",
           name);
  }
}

void ReadModels(Configuration* configuration) {
  constexpr char kExpected[] = "NAME=FILE, one per line";
  SplitPairs(kModels, kExpected, '\n', [&](std::string_view name, std::string_view file) {
    CheckModelName(kModels, name);
    if (file.empty()) Refuse(kModels, kExpected, name);
    configuration->models[std::string(name)] = std::string(file);
  });
}

void ReadModelSettings(Configuration* configuration) {
  constexpr char kExpected[] = "NAME=JSON, one per line";
  SplitPairs(kModelSettings, kExpected, '\n', [&](std::string_view name, std::string_view json) {
    CheckModelName(kModelSettings, name);
    try {
      configuration->model_settings[std::string(name)] = ModelSettings::Parse(json);
    } catch (const Error& error) {
      throw Error(error.code(), std::string(kModelSettings) + ", of '" + std::string(name) +
                                    "': " + error.what());
    }
  });
}

void ReadInference(InferenceOptions* inference) {
  constexpr char kExpected[] = "of the form threads=N,kernels=NAME,rewrite=BOOLEAN";
  SplitPairs(kInference, kExpected, ',', [&](std::string_view key, std::string_view value) {
    const std::string where = std::string(kInference) + ": " + std::string(key);
    if (key == "threads") {
      inference->threads = static_cast<int>(ToNumber(where, value, 1, kMaximumThreads));
    } else if (key == "kernels") {
      inference->kernels = ToKernels(where, value);
    } else if (key == "rewrite") {
      inference->rewrite = ToBoolean(where, value);
    } else {
      Refuse(kInference, kExpected, key);
    }
  });
}

void ReadLimits(InferenceLimits* limits, ImageLimits* image_limits) {
  constexpr char kExpected[] =
      "of the form models=N,modelBytes=N,sessions=N,sessionBytes=N,modelSubgraphs=N,"
      "modelArithmetic=N,modelActivationBytes=N,imagePixels=N";
  constexpr uint64_t kAny = std::numeric_limits<int64_t>::max();
  constexpr uint64_t kMaximumSubgraphs = 64;
  SplitPairs(kLimits, kExpected, ',', [&](std::string_view key, std::string_view value) {
    const std::string where = std::string(kLimits) + ": " + std::string(key);
    if (key == "models") {
      limits->models = static_cast<uint32_t>(ToNumber(where, value, 1, kMaximumHandles));
    } else if (key == "modelBytes") {
      limits->model_bytes = ToNumber(where, value, 0, kAny);
    } else if (key == "sessions") {
      limits->sessions = static_cast<uint32_t>(ToNumber(where, value, 1, kMaximumHandles));
    } else if (key == "sessionBytes") {
      limits->session_bytes = ToNumber(where, value, 0, kAny);
    } else if (key == "modelSubgraphs") {
      limits->model_subgraphs = static_cast<uint32_t>(ToNumber(where, value, 1, kMaximumSubgraphs));
    } else if (key == "modelArithmetic") {
      limits->model_arithmetic = ToNumber(where, value, 1, kAny);
    } else if (key == "modelActivationBytes") {
      limits->model_activation_bytes = ToNumber(where, value, 1, kAny);
    } else if (key == "imagePixels") {
      image_limits->pixels = ToNumber(where, value, 1, kAny);
    } else {
      Refuse(kLimits, kExpected, key);
    }
  });
}

}  // namespace

Configuration Configuration::FromEnvironment() {
  Configuration configuration;
  ReadModels(&configuration);
  ReadModelSettings(&configuration);
  ReadInference(&configuration.inference);
  ReadLimits(&configuration.inference_limits, &configuration.image_limits);
  return configuration;
}

void Configuration::AddPreload(std::string_view preload) {
  if (preload.empty()) return;
  constexpr char kOption[] = "--nn-preload";
  constexpr char kExpected[] = "NAME:TensorflowLite:CPU:FILE";
  std::string_view fields[4];
  std::string_view rest = preload;
  for (size_t index = 0; index < 3; ++index) {
    const size_t end = rest.find(':');
    if (end == std::string_view::npos) Refuse(kOption, kExpected, preload);
    fields[index] = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  // The rest: a file's name may contain colons.
  fields[3] = rest;
  const auto [name, encoding, target, file] = fields;
  const auto is = [](std::string_view text, std::string_view word) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [&](char left, char right) { return lower(left) == right; });
  };
  if (!is(encoding, "tensorflowlite") || !(is(target, "cpu") || is(target, "auto")) ||
      file.empty()) {
    Refuse(kOption, kExpected, preload);
  }
  CheckModelName(kOption, name);
  models[std::string(name)] = std::string(file);
}

}  // namespace wasmedge_embed::plugin
