#include "test/model_trial.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <iterator>
#include <limits>
#include <new>
#include <random>
#include <stdexcept>

#include "base/error.h"
#include "inference/check/model_check.h"
#include "inference/run/compiled_model.h"
#include "inference/run/compiled_model_pool.h"
#include "inference/run/model.h"

namespace wasmedge_embed::test {
namespace {

/// The children's reports to their parent, in shared memory.
struct Progress {
  std::atomic<size_t> current;
  std::atomic<bool> checked;
};

template <typename T>
class Shared {
 public:
  explicit Shared(size_t count) : size_(count * sizeof(T)) {
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    items_ = new (memory) T[count]();
  }
  ~Shared() { munmap(items_, size_); }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  T& operator[](size_t index) noexcept { return items_[index]; }

 private:
  size_t size_;
  T* items_ = nullptr;
};

/// A number that leads a trusting kernel astray.
template <typename T>
T TellingNumber(std::mt19937_64& random) {
  using Limits = std::numeric_limits<T>;
  const uint64_t number = random();
  const T small = static_cast<T>(number / std::numeric_limits<uint32_t>::max() % 20);
  const T numbers[] = {
      0,
      1,
      static_cast<T>(-1),
      small,
      static_cast<T>(-small),
      Limits::max(),
      Limits::lowest(),
      Limits::has_infinity ? Limits::infinity() : static_cast<T>(Limits::max() - 1),
      Limits::has_quiet_NaN ? Limits::quiet_NaN() : static_cast<T>(127)};
  return numbers[number % std::size(numbers)];
}

void FillWithBytes(uint8_t* bytes, uint64_t size, std::mt19937_64& random) {
  uint64_t at = 0;
  for (; at + sizeof(uint64_t) <= size; at += sizeof(uint64_t)) {
    const uint64_t eight = random();
    std::memcpy(bytes + at, &eight, sizeof(eight));
  }
  const uint64_t rest = random();
  std::memcpy(bytes + at, &rest, size - at);
}

template <typename T>
void FillWithTellingNumbers(uint8_t* bytes, uint64_t size, std::mt19937_64& random) {
  for (uint64_t at = 0; at + sizeof(T) <= size; at += sizeof(T)) {
    const T number = TellingNumber<T>(random);
    std::memcpy(bytes + at, &number, sizeof(number));
  }
}

bool HasTellingNumbers(const TensorInfo& info) {
  return info.type == TensorType::kFloat32 || info.type == TensorType::kInt32 ||
         info.type == TensorType::kInt64;
}

void FillInputs(const Model& model, const CompiledModelPool::Lease& compiled, uint64_t seed,
                bool telling) {
  std::mt19937_64 random(seed);
  for (size_t input = 0; input < model.inputs().size(); ++input) {
    uint8_t* bytes = compiled->input(input);
    const TensorInfo& info = model.inputs()[input];
    if (telling && info.type == TensorType::kFloat32) {
      FillWithTellingNumbers<float>(bytes, info.byte_size, random);
    } else if (telling && info.type == TensorType::kInt32) {
      FillWithTellingNumbers<int32_t>(bytes, info.byte_size, random);
    } else if (telling && info.type == TensorType::kInt64) {
      FillWithTellingNumbers<int64_t>(bytes, info.byte_size, random);
    } else {
      FillWithBytes(bytes, info.byte_size, random);
    }
  }
}

/// Another size for some of the inputs' dimensions.
void Resize(uint64_t seed, ModelGraph* graph) {
  std::mt19937_64 random(seed);
  constexpr int32_t kSizes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 17, 33, 100};
  for (TensorInfo& input : graph->inputs) {
    for (int32_t& size : input.shape) {
      if (random() % 2 == 0) size = kSizes[random() % std::size(kSizes)];
    }
  }
}

ModelTrial::Outcome TryResized(const Model& model, size_t index, const ModelTrialOptions& options) {
  try {
    for (const Kernels kernels : options.kernels) {
      ModelGraph graph = model.graph();
      Resize(index, &graph);
      InferenceOptions inference;
      inference.kernels = kernels;
      const auto compiled = model.Compile(inference, graph);
      compiled->Run();
      compiled->Run();
    }
  } catch (const Error&) {
    return ModelTrial::Outcome::kFailed;
  }
  return ModelTrial::Outcome::kRan;
}

ModelTrial::Outcome Try(const std::vector<uint8_t>& bytes, size_t index,
                        const ModelTrialOptions& options, Progress* progress) {
  try {
    CheckModel(bytes.data(), bytes.size(), options.limits);
  } catch (const Error&) {
    return ModelTrial::Outcome::kRefused;
  }
  progress->checked = true;
  try {
    const Model model(PageBuffer::Copy(bytes.data(), bytes.size()), options.limits);
    if (options.resize) return TryResized(model, index, options);
    for (size_t i = 0; i < options.kernels.size(); ++i) {
      if (options.in_turn && i != index % options.kernels.size()) continue;
      InferenceOptions inference;
      inference.kernels = options.kernels[i];
      const auto compiled = model.Pool(inference).Acquire();
      compiled->Run();
      const auto& inputs = model.inputs();
      for (const bool telling : {false, true}) {
        if (telling && std::none_of(inputs.begin(), inputs.end(), HasTellingNumbers)) break;
        FillInputs(model, compiled, index, telling);
        try {
          compiled->Run();
        } catch (const Error&) {
          // Values may be wrong where shapes are right: an index beyond its range.
        }
      }
    }
  } catch (const Error&) {
    return ModelTrial::Outcome::kFailed;
  }
  return ModelTrial::Outcome::kRan;
}

/// Ends the process after this much processor time in seconds, or when it waits for ever; 0 for
/// never.
void EndAfter(unsigned seconds) {
  constexpr unsigned kClockFactor = 20;
  const itimerval timer{{0, 0}, {static_cast<time_t>(seconds), 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
  alarm(seconds * kClockFactor);
}

[[noreturn]] void RunChild(size_t first, size_t count,
                           const std::function<std::vector<uint8_t>(size_t)>& make,
                           const ModelTrialOptions& options, Progress* progress,
                           Shared<ModelTrial>* trials) {
  using Clock = std::chrono::steady_clock;
  // Neither a core file nor a sanitizer's report for an expected crash.
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGILL, SIGALRM, SIGPROF}) {
    std::signal(signal, SIG_DFL);
  }
  for (size_t index = first; index < count; ++index) {
    progress->current = index;
    progress->checked = false;
    const std::vector<uint8_t> bytes = make(index);
    EndAfter(options.seconds);
    const auto begin = Clock::now();
    const ModelTrial::Outcome outcome = Try(bytes, index, options, progress);
    EndAfter(0);
    const auto elapsed = Clock::now() - begin;
    (*trials)[index] = {
        outcome, 0,
        static_cast<uint32_t>(
            std::chrono::duration_cast<std::chrono::milliseconds>(elapsed).count())};
  }
  progress->current = count;
  _exit(0);
}

}  // namespace

std::vector<ModelTrial> TryModels(size_t count,
                                  const std::function<std::vector<uint8_t>(size_t)>& make,
                                  const ModelTrialOptions& options) {
  Shared<Progress> progress(1);
  Shared<ModelTrial> trials(count);
  size_t next = 0;
  while (next < count) {
    progress[0].current = next;
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) RunChild(next, count, make, options, &progress[0], &trials);
    int status = 0;
    waitpid(child, &status, 0);
    next = progress[0].current;
    if (next == count) break;
    ModelTrial& trial = trials[next];
    trial.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    trial.outcome = trial.signal == SIGALRM || trial.signal == SIGPROF ? ModelTrial::Outcome::kHung
                    : progress[0].checked.load() ? ModelTrial::Outcome::kCrashed
                                                 : ModelTrial::Outcome::kCheckCrashed;
    ++next;
  }
  std::vector<ModelTrial> results(count);
  for (size_t index = 0; index < count; ++index) results[index] = trials[index];
  return results;
}

std::string Summary(const std::vector<ModelTrial>& trials) {
  using Outcome = ModelTrial::Outcome;
  std::string text;
  for (const auto& [outcome, name] : {std::pair<Outcome, const char*>{Outcome::kRefused, "refused"},
                                      {Outcome::kFailed, "failed"},
                                      {Outcome::kRan, "ran"},
                                      {Outcome::kCrashed, "crashed"},
                                      {Outcome::kHung, "hung"},
                                      {Outcome::kCheckCrashed, "crashed in the check"}}) {
    size_t count = 0;
    for (const ModelTrial& trial : trials) count += trial.outcome == outcome ? 1 : 0;
    if (count == 0 && outcome == Outcome::kCheckCrashed) continue;
    text += (text.empty() ? "" : ", ") + std::string(name) + " " + std::to_string(count);
  }
  return text;
}

}  // namespace wasmedge_embed::test
