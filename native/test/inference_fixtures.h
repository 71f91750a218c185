#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "base/invocation.h"
#include "inference/run/model_store.h"
#include "inference/run/session.h"
#include "test/places.h"
#include "test/tiny_model.h"

namespace wasmedge_embed::test {

inline std::vector<uint8_t> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline std::string Environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// The bytes of the tests' small model.
inline std::vector<uint8_t> DefaultModel() {
  const std::string path = Environment("WASMEDGE_EMBED_TEST_MODEL",
                                       ProjectRoot() + "/test/models/labels-23/model.tflite");
  auto bytes = ReadFile(path);
  if (bytes.empty()) ADD_FAILURE() << "cannot read " << path;
  return bytes;
}

/// The file in the folder of sample data, or empty; see `SKIP_WITHOUT_DATA`.
inline std::vector<uint8_t> SampleData(const std::string& name) {
  return ReadFile(Environment("WASMEDGE_EMBED_DATA", ProjectRoot() + "/../shared/data") + "/" +
                  name);
}

#define SKIP_WITHOUT_DATA(bytes)                                       \
  if ((bytes).empty()) {                                               \
    if (std::getenv("WASMEDGE_EMBED_DATA_REQUIRED") != nullptr) {      \
      FAIL() << "the sample data is missing and required";             \
    }                                                                  \
    GTEST_SKIP() << "the sample data is missing: WASMEDGE_EMBED_DATA"; \
  }                                                                    \
  static_assert(true, "a semicolon follows")

inline std::shared_ptr<Model> Load(const std::vector<uint8_t>& bytes) {
  return LoadModel(bytes.data(), bytes.size());
}

inline std::shared_ptr<Model> Load(const TinyModel& model) { return Load(BuildTinyModel(model)); }

template <typename T>
bool Set(Session& session, size_t index, const std::vector<T>& values) {
  return session.SetInput(index, reinterpret_cast<const uint8_t*>(values.data()),
                          values.size() * sizeof(T));
}

template <typename T>
std::vector<T> Get(const Session& session, size_t index) {
  const uint8_t* bytes = session.Output(index);
  if (bytes == nullptr) return {};
  std::vector<T> values(session.outputs()[index].byte_size / sizeof(T));
  std::memcpy(values.data(), bytes, values.size() * sizeof(T));
  return values;
}

/// A picture of noise, a different one for each seed.
inline std::vector<uint8_t> Noise(size_t size, uint32_t seed) {
  std::vector<uint8_t> bytes(size);
  uint32_t state = seed * 2654435761U + 1;
  for (uint8_t& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<uint8_t>(state >> 24);
  }
  return bytes;
}

/// The one uint8 output of a model with one uint8 input.
inline std::vector<uint8_t> Classify(const std::shared_ptr<Model>& model,
                                     const std::vector<uint8_t>& input,
                                     const InferenceOptions& options = {}) {
  Invocation invocation;
  Session session(model, options);
  if (!Set(session, 0, input)) return {};
  session.Run(invocation);
  return Get<uint8_t>(session, 0);
}

}  // namespace wasmedge_embed::test
