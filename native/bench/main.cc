// The same classification without WebAssembly and Node.js, as a baseline.

#include <ext/stdio_filebuf.h>
#include <iostream>
#include <ostream>
#include <stdexcept>
#include <string>

#include "bench/commands.h"

namespace wasmedge_embed::bench {
namespace {

constexpr char kUsage[] =
    "Usage: native_pipeline [--kernels xnnpack|builtin] [--as-it-is] [--threads N]\n"
    "                       [--inference-only] [--cold-start] MODEL PICTURE…\n"
    "Classifies JPEG pictures as lines on standard input ask, and answers on descriptor 3: the\n"
    "protocol of `wasmedge-embed bench`, which starts this program.\n";

Kernels KernelsNamed(const std::string& name) {
  if (name == "xnnpack") return Kernels::kXnnpack;
  if (name == "builtin") return Kernels::kBuiltin;
  throw std::invalid_argument("There are no kernels '" + name + "'.");
}

Arguments Parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--kernels" && i + 1 < count) {
      arguments.inference.kernels = KernelsNamed(words[++i]);
    } else if (word == "--threads" && i + 1 < count) {
      arguments.inference.threads = std::stoi(words[++i]);
    } else if (word == "--as-it-is") {
      arguments.inference.rewrite = false;
    } else if (word == "--inference-only") {
      arguments.inference_only = true;
    } else if (word == "--cold-start") {
      arguments.cold_start = true;
    } else if (word.rfind("--", 0) == 0) {
      throw std::invalid_argument("There is no option '" + word + "'.");
    } else if (arguments.model.empty()) {
      arguments.model = word;
    } else {
      arguments.pictures.push_back(word);
    }
  }
  if (arguments.pictures.empty()) throw std::invalid_argument("Name a model and a picture.");
  return arguments;
}

int Main(int count, char** words) {
  try {
    const Arguments arguments = Parse(count, words);
    __gnu_cxx::stdio_filebuf<char> buffer(3, std::ios::out);
    std::ostream out(&buffer);
    if (arguments.cold_start) {
      StartCold(arguments, out);
    } else {
      Serve(arguments, std::cin, out);
    }
    return 0;
  } catch (const std::invalid_argument& error) {
    std::cerr << error.what() << "\n" << kUsage;
    return 2;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}

}  // namespace
}  // namespace wasmedge_embed::bench

int main(int argc, char** argv) { return wasmedge_embed::bench::Main(argc, argv); }
