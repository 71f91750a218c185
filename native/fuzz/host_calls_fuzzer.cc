// Calls of host functions by a hostile guest: any function of any module, in any order, with any
// arguments, on a memory of zero to two pages. The functions' state persists from call to call, as
// in an invocation.

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "fuzz/hostile_guest.h"
#include "fuzz/require.h"
#include "host/tensorflow.h"
#include "host/tensorflow_lite.h"
#include "host/wasi_nn.h"
#include "inference/run/litert_library.h"
#include "inference/run/model_store.h"
#include "test/tiny_model.h"
#include "wasi/abi.h"
#include "wasi/wasi_module.h"

namespace wasmedge_embed::fuzz {
namespace {

using test::BuildTinyModel;

/// Bytes that a guest may write to stdout and stderr.
constexpr uint64_t kOutputLimit = 4096;
constexpr uint64_t kScratchLimit = 100'000;

/// Small, so that the limits are reached.
constexpr InferenceLimits kInferenceLimits{3, 3, 16'384, 200};

/// What the host passes to guests; they must not be able to change any of it.
struct World {
  World() {
    const auto add = [this](const char* path, std::string_view text) {
      entries.push_back({path, {text.begin(), text.end()}});
    };
    add("/a.txt", "0123456789");
    add("/empty", "");
    add("/dir/b.txt", "bee");
    add("/dir/sub/c", "sea");
    files = std::make_shared<const FileSystem>(entries, std::vector<std::string>{"/s"});
    folders = std::make_shared<const wasi::Folders>(wasi::Folders{{"/s", nullptr}});

    model_bytes = {BuildTinyModel(test::TinySum()),
                   BuildTinyModel(test::TinyQuantizedSum(test::kTinyUint8)),
                   BuildTinyModel(test::TinySumAndProduct()), BuildTinyModel(test::TinyGather())};
    auto table = std::make_shared<ModelTable>();
    try {
      litert::Library::Get();
      static constexpr const char* kNames[] = {"sum", "bytes", "pair", "gather"};
      for (size_t i = 0; i < model_bytes.size(); ++i) {
        table->emplace(kNames[i], LoadModel(model_bytes[i].data(), model_bytes[i].size()));
      }
      has_litert = true;
    } catch (const Error& error) {
      std::fprintf(stderr, "Without models: %s\n", error.what());
    }
    models = std::move(table);
  }

  bool IsUntouched() const {
    for (const FileEntry& entry : entries) {
      const auto found = files->Find(FileSystem::kRoot, std::string_view(entry.path).substr(1));
      if (found.error != wasi::Errno::kSuccess || *files->node(found.node).bytes != entry.bytes) {
        return false;
      }
    }
    return true;
  }

  std::vector<FileEntry> entries;
  std::shared_ptr<const FileSystem> files;
  std::shared_ptr<const wasi::Folders> folders;
  std::vector<std::vector<uint8_t>> model_bytes;
  std::shared_ptr<const ModelTable> models;
  bool has_litert = false;
};

const World& TheWorld() {
  static const World world;
  return world;
}

/// One guest's invocation.
class GuestInvocation {
 public:
  explicit GuestInvocation(FuzzedDataProvider& input)
      : input_(input),
        guest_(input),
        wasi_nn_(TheWorld().models, {}, kInferenceLimits),
        tensorflow_lite_({}, kInferenceLimits) {
    WasiInput wasi;
    wasi.args = {"program", "x y", ""};
    wasi.env = {"A=1", "NAME=a=b"};
    wasi.stdin_bytes = {'h', 'e', 'l', 'l', 'o'};
    wasi.files = TheWorld().files;
    wasi.folders = TheWorld().folders;
    wasi.scratch_limit = kScratchLimit;
    wasi.collect.emplace_back("/s/**");
    wasi.output_limit = kOutputLimit;
    wasi_.Reset(std::move(wasi));
  }

  void Run() {
    // Thousands of calls would reveal no more than a few, and take long.
    for (int step = 0; step < 100 && input_.remaining_bytes() > 0 && goes_on_; ++step) {
      switch (input_.ConsumeIntegralInRange(0, 4)) {
        case 0:
          PlaceSomething();
          break;
        case 1:
          Call(WasiModule(), wasi_, static_cast<uint32_t>(wasi::Errno::kNotCapable));
          break;
        case 2:
          Call(WasiNnModule(), wasi_nn_, static_cast<uint32_t>(WasiNnState::Errno::kNotFound));
          break;
        case 3:
          Call(TensorFlowLiteModule(), tensorflow_lite_,
               static_cast<uint32_t>(TensorFlowLiteState::Errno::kRuntimeError));
          break;
        default:
          Call(TensorFlowModule(), tensorflow_,
               static_cast<uint32_t>(TensorFlowLiteState::Errno::kRuntimeError));
      }
    }
    try {
      size_t collected = 0;
      for (const FileEntry& each : wasi_.CollectFiles()) collected += each.bytes.size();
      Require(collected <= kScratchLimit, "the limit of what is collected holds");
    } catch (const Error& error) {
      Require(error.code() == ErrorCode::kLimit, "collecting fails by its limit alone");
    }
    const size_t output = wasi_.TakeStdout().size() + wasi_.TakeStderr().size();
    Require(output <= kOutputLimit, "the limit of the output holds");
    Require(TheWorld().IsUntouched(), "a guest cannot change the files");
  }

 private:
  void PlaceSomething() {
    switch (input_.ConsumeIntegralInRange(0, 9)) {
      case 0:
        return guest_.Grow();
      case 1:
        return guest_.PlaceText(input_.ConsumeRandomLengthString(64));
      case 2: {
        static constexpr const char* kPaths[] = {
            "a.txt", "empty", "dir", "dir/b.txt", "dir/sub/c", "dir/../a.txt", ".", "..", "/a.txt"};
        return guest_.PlaceText(input_.PickValueInArray(kPaths));
      }
      case 3: {
        static constexpr const char* kNames[] = {"sum",   "bytes",  "pair",   "gather",  "left",
                                                 "right", "values", "chosen", "product", "indices"};
        return guest_.PlaceText(input_.PickValueInArray(kNames));
      }
      case 4: {
        std::vector<wasi::Iovec> iovecs(input_.ConsumeIntegralInRange<size_t>(1, 4));
        for (wasi::Iovec& iovec : iovecs) iovec = {guest_.Word(), guest_.Word()};
        return guest_.PlaceAll(iovecs);
      }
      case 5: {
        std::vector<wasi::Subscription> subscriptions(input_.ConsumeIntegralInRange<size_t>(1, 4));
        for (wasi::Subscription& subscription : subscriptions) {
          subscription = {};
          subscription.userdata = input_.ConsumeIntegral<uint8_t>();
          subscription.type = input_.ConsumeIntegralInRange<uint8_t>(0, 3);
          subscription.id = guest_.Word();
          subscription.timeout = guest_.Long();
          subscription.flags = input_.ConsumeIntegralInRange<uint16_t>(0, 2);
        }
        return guest_.PlaceAll(subscriptions);
      }
      case 6: {  // a tensor of wasi-nn: dimensions, their number, type, data, its size
        const std::vector<uint32_t> tensor{guest_.Word(), guest_.Word(),
                                           input_.ConsumeIntegralInRange<uint32_t>(0, 6),
                                           guest_.Word(), guest_.Word()};
        return guest_.PlaceAll(tensor);
      }
      case 7: {  // the dimensions of a tensor, or its data
        static const std::vector<uint32_t> kArrays[] = {{1, 4}, {2, 2}, {4}, {2}, {1, 2, 0, 3}};
        return guest_.PlaceAll(kArrays[input_.ConsumeIntegralInRange<size_t>(0, 4)]);
      }
      case 8:  // arbitrary words: wasi-nn's builders are an address and a size
        return guest_.PlaceAll(std::vector<uint32_t>{guest_.Word(), guest_.Word()});
      default: {
        std::vector<uint8_t> model = TheWorld().model_bytes[input_.ConsumeIntegralInRange<size_t>(
            0, TheWorld().model_bytes.size() - 1)];
        for (int i = input_.ConsumeIntegralInRange(0, 2); i > 0; --i) {
          const size_t at = input_.ConsumeIntegralInRange<size_t>(0, model.size() - 1);
          model[at] = input_.ConsumeIntegral<uint8_t>();
        }
        return guest_.PlaceAll(model);
      }
    }
  }

  /// `last_errno`: the highest errno of the module. Modules from before errnos have results of
  /// other types, and trap where they have none.
  template <typename State>
  void Call(const HostModule<State>& module, State& state, uint32_t last_errno) {
    const HostFunction<State>& function =
        module.functions[input_.ConsumeIntegralInRange<size_t>(0, module.functions.size() - 1)];
    const std::string_view signature = function.signature;
    const size_t count = signature.find(':');
    const bool is_legacy = std::string_view(function.name).rfind("wasmedge_", 0) == 0;
    std::array<wasmedge::Value, 16> params{};
    Require(count <= params.size(), "no function has more parameters");
    for (size_t i = 0; i < count; ++i) {
      // The engine leaves arbitrary bits beyond those of the type.
      constexpr uint64_t kGarbage = 0xA5A5'A5A5'A5A5'A5A5;
      const uint64_t low = signature[i] == 'i' ? (kGarbage << 32) | guest_.Word() : guest_.Long();
      params[i].bits = (static_cast<unsigned __int128>(kGarbage) << 64) | low;
    }
    wasmedge::Value result{};
    result.bits = ~static_cast<unsigned __int128>(0);

    // A guest that waits has already exceeded its timeout, so that the fuzzer never waits.
    const bool may_wait = std::string_view(function.name) == "poll_oneoff";
    Invocation invocation(may_wait ? Invocation::Clock::time_point()
                                   : Invocation::Clock::time_point::max());
    HostCall call(function.name, guest_.memory(), invocation, params.data(), &result);
    try {
      const HostOutcome outcome = function.call(state, call);
      goes_on_ = outcome == HostOutcome::kReturn;
      Require((outcome == HostOutcome::kExit) == invocation.exit_code().has_value(),
              "a guest that exits has an exit code");
      Require(outcome != HostOutcome::kFail || invocation.failure().has_value(),
              "a failure has a reason");
      Require(!goes_on_ || is_legacy || result.bits <= last_errno,
              "the result is an errno of the module");
      guest_.Remember(static_cast<uint32_t>(result.bits));
    } catch (const Error& error) {
      const ErrorCode code = error.code();
      Require(code == ErrorCode::kLimit || code == ErrorCode::kOutputLimit ||
                  (code == ErrorCode::kTrap && is_legacy && signature.back() == ':') ||
                  (code == ErrorCode::kNativeLoad && !TheWorld().has_litert),
              "only a limit ends a guest");
      goes_on_ = false;
    }
  }

  FuzzedDataProvider& input_;
  HostileGuest guest_;
  WasiState wasi_;
  WasiNnState wasi_nn_;
  TensorFlowLiteState tensorflow_lite_;
  TensorFlowState tensorflow_;
  bool goes_on_ = true;
};

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  wasmedge_embed::fuzz::GuestInvocation(input).Run();
  return 0;
}
