#include "bench/commands.h"

#include <chrono>
#include <exception>
#include <iomanip>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/read_file.h"
#include "bench/pipeline.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed::bench {
namespace {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

/// A warm-up, where one is asked for, takes at least this long.
constexpr std::chrono::milliseconds kWarmUp(20);

/// Serves one command: reads its words, returns the answer's JSON.
class Server {
 public:
  explicit Server(const Arguments& arguments) : arguments_(arguments) {
    model_ = LoadModelFile(arguments.model);
    for (const std::string& path : arguments.pictures) pictures_.push_back(ReadFile(path));
    pipelines_.push_back(std::make_unique<Pipeline>(model_, arguments.inference));
  }

  std::string Run(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "answer") return Describe(Once(0, Picture(words)));
    if (command == "measure") return Measure(words);
    if (command == "saturate") return Saturate(words);
    throw std::runtime_error("Expected answer, measure or saturate.");
  }

  std::string Describe(const Answer& answer) const {
    std::ostringstream json;
    json << R"({"index":)" << answer.index << R"(,"score":)" << int{answer.score} << "}";
    return json.str();
  }

  Answer Once(size_t pipeline, const std::vector<uint8_t>& picture) {
    Pipeline& chosen = *pipelines_[pipeline];
    return arguments_.inference_only ? chosen.Infer() : chosen.Classify(picture);
  }

  const std::vector<uint8_t>& FirstPicture() const { return pictures_.at(0); }

 private:
  const std::vector<uint8_t>& Picture(std::istream& words) const {
    const size_t index = Number(words);
    if (index >= pictures_.size()) throw std::runtime_error("There is no such picture.");
    return pictures_[index];
  }

  static size_t Number(std::istream& words) {
    size_t number = 0;
    if (!(words >> number)) throw std::runtime_error("Expected a number.");
    return number;
  }

  std::string Measure(std::istream& words) {
    const std::vector<uint8_t>& picture = Picture(words);
    const size_t warm_up = Number(words);
    const size_t count = Number(words);
    const auto warm = Clock::now() + kWarmUp;
    for (size_t i = 0; warm_up > 0 && (i < warm_up || Clock::now() < warm); ++i) Once(0, picture);
    std::vector<double> latencies;
    latencies.reserve(count);
    Answer::Duration decode{0};
    Answer::Duration inference{0};
    for (size_t i = 0; i < count; ++i) {
      const auto begin = Clock::now();
      const Answer answer = Once(0, picture);
      latencies.push_back(Milliseconds(Clock::now() - begin).count());
      decode += answer.decode;
      inference += answer.inference;
    }
    std::ostringstream json;
    json << R"({"latenciesMs":)" << List(latencies) << R"(,"partsMs":{)";
    if (!arguments_.inference_only) {
      json << R"("decode":)" << decode.count() / static_cast<double>(count) << ",";
    }
    json << R"("inference":)" << inference.count() / static_cast<double>(count) << "}}";
    return json.str();
  }

  std::string Saturate(std::istream& words) {
    const std::vector<uint8_t>& picture = Picture(words);
    const size_t concurrency = Number(words);
    const Milliseconds time(static_cast<double>(Number(words)));
    while (pipelines_.size() < concurrency) {
      pipelines_.push_back(std::make_unique<Pipeline>(model_, arguments_.inference));
    }
    std::vector<std::vector<double>> latencies(concurrency);
    std::vector<std::exception_ptr> failures(concurrency);
    const auto begin = Clock::now();
    {
      std::vector<std::thread> threads;
      for (size_t i = 0; i < concurrency; ++i) {
        threads.emplace_back([&, i] {
          try {
            while (Clock::now() - begin < time) {
              const auto start = Clock::now();
              Once(i, picture);
              latencies[i].push_back(Milliseconds(Clock::now() - start).count());
            }
          } catch (...) {
            failures[i] = std::current_exception();
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
    }
    const double elapsed = Milliseconds(Clock::now() - begin).count();
    for (const std::exception_ptr& failure : failures) {
      if (failure) std::rethrow_exception(failure);
    }
    std::vector<double> all;
    for (const auto& each : latencies) all.insert(all.end(), each.begin(), each.end());
    std::ostringstream json;
    json << R"({"latenciesMs":)" << List(all) << R"(,"elapsedMs":)" << elapsed << "}";
    return json.str();
  }

  static std::string List(const std::vector<double>& numbers) {
    std::ostringstream json;
    json << std::setprecision(7) << "[";
    for (size_t i = 0; i < numbers.size(); ++i) json << (i == 0 ? "" : ",") << numbers[i];
    json << "]";
    return json.str();
  }

  const Arguments& arguments_;
  std::shared_ptr<Model> model_;
  std::vector<std::vector<uint8_t>> pictures_;
  // One per thread, created when it is first needed.
  std::vector<std::unique_ptr<Pipeline>> pipelines_;
};

/// For messages without quotes, backslashes or line breaks: ours, and libjpeg's.
std::string ErrorJson(const char* message) {
  std::ostringstream json;
  json << R"({"error":)" << std::quoted(message) << "}";
  return json.str();
}

double SinceEpoch() {
  return Milliseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

void Serve(const Arguments& arguments, std::istream& in, std::ostream& out) {
  std::unique_ptr<Server> server;
  try {
    server = std::make_unique<Server>(arguments);
    out << R"({"ready":true})" << std::endl;
  } catch (const std::exception& error) {
    out << ErrorJson(error.what()) << std::endl;
    return;
  }
  for (std::string line; std::getline(in, line);) {
    try {
      out << server->Run(line) << std::endl;
    } catch (const std::exception& error) {
      out << ErrorJson(error.what()) << std::endl;
    }
  }
}

void StartCold(const Arguments& arguments, std::ostream& out) {
  const double started = SinceEpoch();
  Server server(arguments);
  const double loaded = SinceEpoch();
  const Answer answer = server.Once(0, server.FirstPicture());
  const double answered = SinceEpoch();
  out << std::fixed << std::setprecision(3) << R"({"marks":[["process",)" << started
      << R"(],["load LiteRT and the model",)" << loaded << R"(],["first run",)" << answered
      << R"(]],"answer":)" << server.Describe(answer) << "}" << std::endl;
}

}  // namespace wasmedge_embed::bench
