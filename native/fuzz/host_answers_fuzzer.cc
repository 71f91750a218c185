// What an embedder may do while a guest waits for it: give answers of the wrong number or size,
// twice or for other calls, access the guest's memory at any address, call the guest from within,
// stop it, and end the instance in the middle. The guest is interpreted, in an instance that is
// kept.

#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/call_batch.h"
#include "engine/instance_access.h"
#include "engine/instance_start.h"
#include "engine/worker_pool.h"
#include "fuzz/require.h"
#include "host/memory_request.h"
#include "test/embedder_guest.h"

namespace wasmedge_embed::fuzz {
namespace {

constexpr uint64_t kPage = 65'536;
constexpr uint64_t kMostPages = 4;
/// For one input, in all calls: more actions reveal nothing new.
constexpr int kMostActions = 200;

/// One module with one thread besides those for guests that wait: one input must leave no trace for
/// the next one.
struct World {
  World() {
    module =
        Module::Load(*ModuleSource::FromBytes(test::EmbedderGuest(), {"guest.wasm", false}), {});
    GuestOptions options;
    options.files = std::make_shared<const FileSystem>();
    options.models = std::make_shared<const ModelTable>();
    HostOffer offer;
    offer.functions["env"] = {"ask", "pair", "tell"};
    options.imported =
        std::make_shared<const std::vector<ImportedFunction>>(LinkImports(*module, offer));
    pool = std::make_unique<WorkerPool>(module, options, WorkerPool::Options{1, 100, 2});
  }

  std::shared_ptr<const Module> module;
  std::unique_ptr<WorkerPool> pool;
};

World& TheWorld() {
  static World world;
  return world;
}

class Start : public InstanceStart {
 public:
  Start() : InstanceStart({"guest"}, {}) {}
  std::future<bool> end() { return end_.get_future(); }

 private:
  void Ended() noexcept override { end_.set_value(outcome().is_normal()); }
  std::promise<bool> end_;
};

class End : public InstanceEnd {
 public:
  std::future<void> end() { return end_.get_future(); }

 private:
  void Ended() noexcept override { end_.set_value(); }
  std::promise<void> end_;
};

class Calls : public CallBatch {
 public:
  using CallBatch::CallBatch;
  std::future<void> end() { return end_.get_future(); }

 private:
  void Progressed() noexcept override {}
  // A second end throws, which ends the process.
  void Ended() noexcept override { end_.set_value(); }
  std::promise<void> end_;
};

class Session;

/// A call of the guest from within a host function.
class Within : public Reentry {
 public:
  Within(Session& session, uint64_t call, std::string function, std::vector<uint64_t> arguments)
      : Reentry(std::move(function), std::move(arguments)), session_(session), call_(call) {}
  void Finished(ReentryOutcome outcome) override;

 private:
  Session& session_;
  const uint64_t call_;
  bool has_finished_ = false;
};

/// An operation on the memory, for the exchange.
class Look : public MemoryOperation {
 public:
  explicit Look(MemoryRequest request) : request(std::move(request)) {}

  void Perform(WaitingMemory& memory) noexcept override {
    Require(!has_been_performed, "an operation is performed once");
    has_been_performed = true;
    size_before = memory.View().size();
    try {
      found = PerformOn(memory, request);
    } catch (const Error& failure) {
      error = failure;
    }
    size_after = memory.View().size();
  }
  void Finished(bool) override {}

  const MemoryRequest request;
  bool has_been_performed = false;
  uint64_t size_before = 0;
  uint64_t size_after = 0;
  MemoryFound found;
  std::optional<Error> error;
};

/// One input's actions on one instance. The guest's thread and the fuzzer's thread take turns: one
/// waits while the other reads the input.
class Session {
 public:
  explicit Session(FuzzedDataProvider& input)
      : input_(input), instance_(TheWorld().pool->MakeInstance()) {}

  void Run() {
    const auto start = std::make_shared<Start>();
    auto started = start->end();
    TheWorld().pool->Submit(instance_, start);
    Require(started.get(), "the instance is made");
    while (input_.remaining_bytes() > 0 && actions_ < kMostActions) {
      switch (input_.ConsumeIntegralInRange(0, 5)) {
        case 0:
        case 1:
        case 2:
          Call();
          break;
        case 3:
          Access();
          break;
        case 4:
          AccessGlobal();
          break;
        default:
          Close();
      }
      ++actions_;
    }
    Close();
    for (std::future<void>& each : ends_) each.get();
  }

  /// The guest waits in a call; the input chooses what happens next.
  void Act(uint64_t call) {
    while (true) {
      if (++actions_ > kMostActions) return Fail(call);
      switch (input_.ConsumeIntegralInRange(0, 9)) {
        case 0:
          return Answer(call, true);
        case 1:
          return Answer(call, false);
        case 2:
          return Fail(call);
        case 3:  // for another call: no effect
          exchange_->Answer(call + 1 + input_.ConsumeIntegralInRange<uint64_t>(0, 3), {});
          exchange_->Answer(input_.ConsumeIntegral<uint64_t>() | (uint64_t{1} << 63), {});
          break;
        case 4:
        case 5:
          LookAt();
          break;
        case 6:
          if (Enter(call)) return;
          break;
        case 7:
          if (input_.ConsumeBool()) {
            TheWorld().pool->Stop(*instance_, ticket_.get(), StopReason::kAborted);
          } else {
            TheWorld().pool->EndWaits(*instance_);
          }
          return;
        case 8:
          SubmitEnd();
          break;
        default:  // behind this call, or refused at once
          SubmitNested();
      }
    }
  }

 private:
  void Call() {
    const std::vector<ExternalDescription>& exports = TheWorld().module->exports();
    CallBatch::Calls calls;
    calls.is_one = input_.ConsumeBool();
    const bool is_right = input_.ConsumeIntegralInRange(0, 15) != 0;
    for (int left = input_.ConsumeIntegralInRange(1, 4); left > 0; --left) {
      const auto lowest = static_cast<uint32_t>(is_right ? test::kAsk : test::kMemory);
      const auto highest = static_cast<uint32_t>(is_right ? test::kExit : test::kNoExport);
      const auto function = input_.ConsumeIntegralInRange(lowest, highest);
      calls.functions.push_back(function);
      const size_t params = function < exports.size() && exports[function].signature
                                ? exports[function].signature->params.size()
                                : 0;
      for (size_t index = 0; index < params; ++index) calls.arguments.push_back(Word());
    }
    if (!is_right) calls.arguments.resize(calls.arguments.size() + input_.ConsumeBool());
    std::shared_ptr<Calls> pending;
    try {
      pending = std::make_shared<Calls>(*TheWorld().module, std::move(calls));
    } catch (const Error& error) {
      Require(error.code() == ErrorCode::kInvalidArgument && !is_right, "right calls are taken");
      return;
    }
    std::promise<uint64_t> ticket;
    ticket_ = ticket.get_future().share();
    has_known_size_ = false;
    exchange_ = std::make_shared<HostExchange>(
        [this](uint64_t call, uint32_t function, const std::vector<uint64_t>&) {
          Require(function < test::kEmbedderFunctions, "the function is one of the embedder's");
          // An earlier call may have grown it.
          has_known_size_ = false;
          Act(call);
        });
    pending->exchange = exchange_;
    auto end = pending->end();
    ticket.set_value(TheWorld().pool->Submit(instance_, pending));
    end.get();
    RequireKnown(pending->ending(), pending->has_ended_instance());
    const CallBatch::Progress progress = pending->Take(true);
    Require(progress.results.size() <= 8, "there are no more results than the calls have");
    if (pending->has_ended_instance()) has_ended_ = true;
  }

  static void RequireKnown(const Ending& ending, bool has_ended_instance) {
    if (ending.is_normal()) {
      Require(!has_ended_instance, "what ends well leaves the instance");
      return;
    }
    if (!ending.error) return;
    switch (ending.error->code()) {
      case ErrorCode::kTrap:
      case ErrorCode::kHostFunction:
      case ErrorCode::kAborted:
      case ErrorCode::kClosed:
      case ErrorCode::kInvalidArgument:
        return;
      default:
        Require(false, "a call ends in one of the ways that are known");
    }
  }

  void Answer(uint64_t call, bool is_right) {
    const auto function = exchange_->FunctionOf(call);
    Require(function.has_value(), "the guest waits for the call");
    HostAnswer answer;
    const size_t right = test::kEmbedderResults[*function];
    const size_t count = is_right ? right : input_.ConsumeIntegralInRange<size_t>(0, 5);
    for (size_t index = 0; index < count; ++index) {
      answer.results.push_back(input_.ConsumeIntegral<uint64_t>());
    }
    exchange_->Answer(call, std::move(answer));
    // The call has been answered already.
    if (input_.ConsumeBool()) exchange_->Answer(call, {{1, 2, 3, 4, 5, 6}, std::nullopt});
  }

  void Fail(uint64_t call) {
    HostAnswer answer;
    answer.failure = Error(ErrorCode::kHostFunction, "it failed");
    exchange_->Answer(call, std::move(answer));
  }

  void LookAt() {
    const auto look = std::make_shared<Look>(Request());
    Require(exchange_->Access(look), "the memory of a guest that waits can be had at once");
    const uint32_t address = look->request.address;
    const uint32_t count = look->request.count;
    const std::vector<uint8_t>& bytes = look->request.bytes;
    const uint64_t size = look->size_before;
    Require(size == memory_.size() || !has_known_size_, "nothing but growing changes the size");
    Know(size);
    const auto is_inside = [&](uint64_t length) {
      return address <= size && length <= size - address;
    };
    switch (look->request.kind) {
      case MemoryRequest::Kind::kRead:
        Require(look->error.has_value() != is_inside(count), "what is inside can be read");
        if (look->error) return;
        Require(std::equal(look->found.bytes.begin(), look->found.bytes.end(),
                           memory_.begin() + address, memory_.begin() + address + count),
                "what is read was written");
        return;
      case MemoryRequest::Kind::kWrite:
        Require(look->error.has_value() != is_inside(bytes.size()),
                "what is inside can be written");
        if (!look->error) std::copy(bytes.begin(), bytes.end(), memory_.begin() + address);
        return;
      case MemoryRequest::Kind::kSize:
        Require(!look->error && look->found.number == size, "the size is told");
        return;
      case MemoryRequest::Kind::kGrow: {
        const bool may = size / kPage + uint64_t{count} <= kMostPages;
        Require(look->error.has_value() != may, "it grows as far as it may");
        Require(look->size_after == (may ? size + count * kPage : size), "it grows by so many");
        memory_.resize(look->size_after);
        return;
      }
    }
  }

  MemoryRequest Request() {
    MemoryRequest request{};
    request.kind = static_cast<MemoryRequest::Kind>(input_.ConsumeIntegralInRange(0, 3));
    request.address = Word();
    request.count = Word();
    if (request.kind == MemoryRequest::Kind::kWrite) {
      request.bytes = input_.ConsumeBytes<uint8_t>(input_.ConsumeIntegralInRange<size_t>(0, 64));
    }
    if (input_.ConsumeBool()) {
      // Ends one byte before the end of the memory, exactly there, or one byte behind it.
      const size_t length =
          request.kind == MemoryRequest::Kind::kRead ? request.count : request.bytes.size();
      const size_t end = memory_.size() + input_.ConsumeIntegralInRange<size_t>(0, 2) - 1;
      request.address = static_cast<uint32_t>(end - length);
    }
    return request;
  }

  /// Returns whether the call was entered; its end then chooses what happens next.
  bool Enter(uint64_t call) {
    static constexpr const char* kNames[] = {"ask",  "pair", "tell", "grow",
                                             "load", "trap", "exit", "nothing"};
    static constexpr size_t kParams[] = {1, 0, 1, 1, 1, 0, 1, 0};
    const auto chosen = input_.ConsumeIntegralInRange<size_t>(0, 7);
    std::vector<uint64_t> arguments(kParams[chosen]);
    for (uint64_t& each : arguments) each = Word();
    if (input_.ConsumeIntegralInRange(0, 15) == 0) arguments.push_back(0);
    // The guest may grow its memory in the call.
    has_known_size_ = has_known_size_ && chosen != 3;
    try {
      exchange_->Enter(call,
                       std::make_shared<Within>(*this, call, kNames[chosen], std::move(arguments)));
      return true;
    } catch (const Error& error) {
      Require(error.code() == ErrorCode::kLimit, "nothing but the depth keeps the guest from it");
      return false;
    }
  }

  /// An operation between calls.
  void Access() {
    MemoryRequest request = Request();
    // Addresses are numbers of JavaScript.
    const uint64_t far = input_.ConsumeIntegralInRange(0, 7) == 0 ? ~uint64_t{0} : 0;
    SubmitWork([request = std::move(request), far](KeptInstance& instance) {
      const uint64_t size = MemorySize(instance);
      Require(size % kPage == 0 && size <= kMostPages * kPage, "the size is of whole pages");
      switch (request.kind) {
        case MemoryRequest::Kind::kRead: {
          const uint64_t length = request.count | far;
          const auto bytes = ReadMemory(instance, request.address, length);
          Require(bytes.size() == length && length <= size, "as many are read as were asked for");
          return;
        }
        case MemoryRequest::Kind::kWrite:
          WriteMemory(instance, request.address | far, request.bytes);
          return;
        case MemoryRequest::Kind::kSize:
          return;
        case MemoryRequest::Kind::kGrow:
          Require(GrowMemory(instance, request.count) == size / kPage, "the pages before are told");
      }
    });
    has_known_size_ = false;
    is_shadowed_ = false;
  }

  void AccessGlobal() {
    const bool is_there = input_.ConsumeBool();
    const uint64_t bits = input_.ConsumeIntegral<uint64_t>();
    SubmitWork([is_there, bits](KeptInstance& instance) {
      const char* const name = is_there ? "told" : "memory";
      SetGlobal(instance, name, bits);
      Require(is_there &&
                  static_cast<uint32_t>(GetGlobal(instance, name)) == static_cast<uint32_t>(bits),
              "a global has what it was given");
    });
  }

  void SubmitWork(std::function<void(KeptInstance&)> work) {
    auto ended = std::make_shared<std::promise<std::optional<Error>>>();
    auto end = ended->get_future();
    TheWorld().pool->Submit(instance_,
                            std::make_shared<InstanceAccess>(std::move(work), [ended](auto error) {
                              ended->set_value(std::move(error));
                            }));
    const std::optional<Error> error = end.get();
    if (!error) {
      Require(!has_ended_, "nothing is done with an instance that has ended");
      return;
    }
    const ErrorCode code = error->code();
    Require(code == ErrorCode::kInvalidArgument || code == ErrorCode::kLimit ||
                code == ErrorCode::kClosed,
            "what is done with it fails for a known reason");
  }

  void SubmitEnd() {
    const auto end = std::make_shared<End>();
    ends_.push_back(end->end());
    TheWorld().pool->Submit(instance_, end);
    has_ended_ = true;
  }

  void Close() {
    SubmitEnd();
    ends_.back().wait();
  }

  void SubmitNested() {
    auto ended = std::make_shared<std::promise<void>>();
    auto nested = std::make_shared<InstanceAccess>([](KeptInstance&) {},
                                                   [ended](const auto&) { ended->set_value(); });
    nested->is_nested = true;
    auto end = ended->get_future();
    try {
      TheWorld().pool->Submit(instance_, std::move(nested));
      ends_.push_back(std::move(end));
    } catch (const Error& error) {
      Require(error.code() == ErrorCode::kQueueFull, "it is taken, or there is no thread for it");
    }
  }

  /// The memory as it is known to be.
  void Know(uint64_t size) {
    if (!is_shadowed_) {
      // Reads again what was changed between the calls.
      Look all({MemoryRequest::Kind::kRead, 0, static_cast<uint32_t>(size), {}});
      Require(exchange_->TryAccess(all) && !all.error, "all of the memory can be read");
      memory_ = std::move(all.found.bytes);
      is_shadowed_ = true;
    }
    memory_.resize(size);
    has_known_size_ = true;
  }

  uint32_t Word() {
    switch (input_.ConsumeIntegralInRange(0, 4)) {
      case 0:
        return input_.ConsumeIntegralInRange<uint32_t>(0, 5);
      case 1:  // around the maximum size of the memory
        return static_cast<uint32_t>(kPage * input_.ConsumeIntegralInRange<uint32_t>(0, 4)) +
               input_.ConsumeIntegralInRange<uint32_t>(0, 64) - 32;
      case 2: {
        static constexpr uint32_t kEdges[] = {0x7FFF'FFFF, 0x8000'0000, 0xFFFF'FFFF, 0xFFFF'FFF0};
        return input_.PickValueInArray(kEdges);
      }
      case 3:
        return input_.ConsumeIntegralInRange<uint32_t>(0, kPage);
      default:
        return input_.ConsumeIntegral<uint32_t>();
    }
  }

  FuzzedDataProvider& input_;
  const std::shared_ptr<InstanceQueue> instance_;
  std::shared_ptr<HostExchange> exchange_;
  std::shared_future<uint64_t> ticket_;
  std::vector<std::future<void>> ends_;
  /// The known contents of the memory.
  std::vector<uint8_t> memory_;
  bool is_shadowed_ = false;
  bool has_known_size_ = false;
  bool has_ended_ = false;
  int actions_ = 0;
};

void Within::Finished(ReentryOutcome outcome) {
  Require(!has_finished_, "a call from within ends once");
  has_finished_ = true;
  // The invocation ends with a call that does not return.
  if (outcome.has_returned()) session_.Act(call_);
}

}  // namespace
}  // namespace wasmedge_embed::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  FuzzedDataProvider input(data, size);
  wasmedge_embed::fuzz::Session(input).Run();
  return 0;
}
