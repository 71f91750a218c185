// Writes the native tests' models, at least one per operator, as seeds for model_check_fuzzer.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <ios>
#include <string>
#include <vector>

#include "test/model_builder.h"
#include "test/operator_models.h"

namespace {

void Write(const std::string& path, const std::vector<uint8_t>& bytes) {
  std::ofstream file;
  file.exceptions(std::ios::failbit | std::ios::badbit);
  file.open(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

}  // namespace

int main(int argc, char** argv) {
  using namespace wasmedge_embed::test;
  if (argc != 2) {
    std::fprintf(stderr, "Usage: model_seeds FOLDER\n");
    return 2;
  }
  try {
    size_t number = 0;
    for (const OperatorModel& model : OperatorModels()) {
      Write(std::string(argv[1]) + "/operator-" + std::to_string(number++) + ".tflite",
            BuildModel(model.spec));
    }
    std::printf("%zu models\n", number);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
