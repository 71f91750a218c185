#include "bindings/module_object.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "bindings/addon_data.h"
#include "bindings/background.h"
#include "bindings/input_object.h"
#include "bindings/instance_object.h"
#include "bindings/model_object.h"
#include "bindings/module_source_object.h"
#include "engine/host_modules.h"
#include "engine/runnable.h"
#include "host/image.h"
#include "inference/run/model_store.h"

namespace wasmedge_embed {
namespace {

/// The most that lib/module/load-settings.ts accepts.
constexpr size_t kMaxConcurrency = 256;
constexpr size_t kMaxWaiting = 1000;

Napi::Object FilesToJs(Napi::Env env, std::vector<FileEntry> files) {
  Napi::Object object = Napi::Object::New(env);
  for (FileEntry& file : files) object.Set(file.path, ToJs(env, std::move(file.bytes)));
  return object;
}

/// Null if nothing has begun.
const char* NameOf(Stage stage) noexcept {
  switch (stage) {
    case Stage::kInstantiation:
      return "instantiation";
    case Stage::kConstructors:
      return "constructors";
    case Stage::kFunction:
      return "function";
    case Stage::kSnapshot:
      return "snapshot";
    case Stage::kNone:
      break;
  }
  return nullptr;
}

/// The guest's output and how it ended, for results and errors alike.
void Describe(Napi::Env env, Job& job, Napi::Object target) {
  target["stdout"] = ToJs(env, std::move(job.outcome.stdout_bytes));
  target["stderr"] = ToJs(env, std::move(job.outcome.stderr_bytes));
  const Outcome& outcome = job.outcome;
  target["timings"] = ToJs(env, Timings{job.queue_time, outcome.instantiate_time,
                                        outcome.execute_time, outcome.inference_time});
  if (const char* const stage = NameOf(outcome.stage); job.request.takes_snapshot && stage) {
    target["stage"] = stage;
  }
  if (outcome.inference_failures.empty()) return;
  target["inferenceFailures"] = ToJs(env, outcome.inference_failures);
}

/// All limits are given except fuel: its absence means that instructions are not counted.
Limits ToLimits(const Napi::Object& given) {
  const auto number = [&given](const char* name) {
    return static_cast<uint64_t>(given.Get(name).ToNumber().Int64Value());
  };
  Limits limits;
  limits.memory_pages = static_cast<uint32_t>(number("memoryPages"));
  limits.output_bytes = number("outputBytes");
  limits.limits_streams = given.Get("limitsStreams").ToBoolean();
  limits.inference.models = static_cast<uint32_t>(number("models"));
  limits.inference.model_bytes = number("modelBytes");
  limits.inference.sessions = static_cast<uint32_t>(number("sessions"));
  limits.inference.session_bytes = number("sessionBytes");
  limits.inference.model_subgraphs = static_cast<uint32_t>(number("modelSubgraphs"));
  limits.inference.model_arithmetic = number("modelArithmetic");
  limits.inference.model_activation_bytes = number("modelActivationBytes");
  limits.image.pixels = number("imagePixels");
  limits.scratch_bytes = number("scratchBytes");
  limits.snapshot_bytes = number("snapshotBytes");
  if (!given.Get("fuel").IsUndefined()) limits.fuel = number("fuel");
  return limits;
}

OptionalHostModules ToHostModules(const Napi::Value& names) {
  OptionalHostModules modules;
  for (const std::string& name : ToStrings(names)) {
    if (name == ImageModule().name) modules.image = true;
  }
  return modules;
}

/// {'module': ['function', …], …}
EmbedderFunctions ToFunctionNames(const Napi::Value& given) {
  EmbedderFunctions functions;
  if (given.IsUndefined()) return functions;
  const auto modules = given.As<Napi::Object>();
  const Napi::Array names = modules.GetPropertyNames();
  for (uint32_t index = 0; index < names.Length(); ++index) {
    const Napi::Value name = names.Get(index);
    for (std::string& function : ToStrings(modules.Get(name))) {
      functions[name.As<Napi::String>()].insert(std::move(function));
    }
  }
  return functions;
}

std::vector<FileEntry> ToFiles(const Napi::Value& given) {
  std::vector<FileEntry> entries;
  if (given.IsUndefined()) return entries;
  const auto files = given.As<Napi::Object>();
  const Napi::Array paths = files.GetPropertyNames();
  for (uint32_t index = 0; index < paths.Length(); ++index) {
    const std::string path = paths.Get(index).As<Napi::String>();
    entries.push_back({path, CopyBytes(files.Get(path))});
  }
  return entries;
}

/// A list of `{ name, path?, write?, copy? }`: without a path it is a scratch folder.
wasi::Folders ToFolders(const Napi::Value& value) {
  wasi::Folders folders;
  if (value.IsUndefined()) return folders;
  const auto given = value.As<Napi::Array>();
  for (uint32_t index = 0; index < given.Length(); ++index) {
    const auto folder = given.Get(index).As<Napi::Object>();
    const std::string name = folder.Get("name").As<Napi::String>();
    std::shared_ptr<const wasi::HostFolder> host;
    if (const Napi::Value path = folder.Get("path"); path.IsString()) {
      host = wasi::HostFolder::Open(path.As<Napi::String>(), folder.Get("write").ToBoolean());
    }
    folders.push_back({name, std::move(host), folder.Get("copy").ToBoolean()});
  }
  return folders;
}

std::shared_ptr<const FileSystem> ToFileSystem(const Napi::Value& files,
                                               const wasi::Folders& folders) {
  std::vector<std::string> mounts;
  for (const wasi::Folder& folder : folders) mounts.push_back(wasi::MountPath(folder.name));
  return std::make_shared<const FileSystem>(ToFiles(files), mounts);
}

std::shared_ptr<const ModelTable> ToModelTable(const Napi::Object& models) {
  auto table = std::make_shared<ModelTable>();
  const Napi::Array names = models.GetPropertyNames();
  for (uint32_t index = 0; index < names.Length(); ++index) {
    const std::string name = names.Get(index).As<Napi::String>();
    (*table)[name] = ModelObject::Unwrap(models.Get(name).As<Napi::Object>())->lent();
  }
  return table;
}

}  // namespace

/// The end of a run.
class RunMessage : public Mailbox::Message {
 public:
  /// The types of a called function's results; absent for a program.
  using Results = std::optional<std::vector<ValueKind>>;

  /// `host_key` is the run's key among those whose guests may call JavaScript, `stream_key` among
  /// those with streams.
  RunMessage(ModuleObject& module, Results results, Napi::Promise::Deferred deferred,
             std::optional<uint64_t> host_key, std::optional<uint64_t> stream_key,
             std::unique_ptr<Job> job)
      : module_(module),
        results_(std::move(results)),
        deferred_(deferred),
        host_key_(host_key),
        stream_key_(stream_key),
        job_(std::move(job)) {}

  void Deliver(Napi::Env env) override {
    try {
      Settle(env);
    } catch (const Napi::Error& error) {
      deferred_.Reject(error.Value());
    } catch (const std::bad_alloc&) {
      deferred_.Reject(ToJs(env, NotEnoughMemory()).Value());
    }
    if (host_key_) module_.host_calls_->End(*host_key_);
    if (stream_key_) module_.stream_calls_.End(*stream_key_);
    module_.EndWork();
  }

 private:
  void Settle(Napi::Env env) {
    const Outcome& outcome = job_->outcome;
    if (outcome.error) {
      const Napi::Error error = ToJs(env, *outcome.error);
      Describe(env, *job_, error.Value());
      deferred_.Reject(error.Value());
      return;
    }
    if (outcome.snapshot) module_.snapshot_ = outcome.snapshot;
    Napi::Object result = Napi::Object::New(env);
    Describe(env, *job_, result);
    result["exitCode"] = outcome.exit_code;
    result["exited"] = outcome.exited;
    result["files"] = FilesToJs(env, std::move(outcome.files));
    if (results_) result["value"] = ToJs(env, *results_, outcome.results);
    deferred_.Resolve(result);
  }

  ModuleObject& module_;
  const Results results_;
  Napi::Promise::Deferred deferred_;
  const std::optional<uint64_t> host_key_;
  const std::optional<uint64_t> stream_key_;
  std::unique_ptr<Job> job_;
};

/// The end of a pool, reported by its last thread.
class CloseMessage : public Mailbox::Message {
 public:
  explicit CloseMessage(ModuleObject& module) : module_(module) {}

  void Deliver(Napi::Env env) override {
    module_.Stop();
    for (const Napi::Promise::Deferred& waiting : std::exchange(module_.closings_, {})) {
      waiting.Resolve(env.Undefined());
    }
    module_.EndWork();
  }

 private:
  ModuleObject& module_;
};

Napi::Function ModuleObject::Define(Napi::Env env) {
  const Napi::Function constructor = DefineClass(
      env, "Module",
      {StaticMethod<&ModuleObject::Load>("load"),
       InstanceMethod<&ModuleObject::Start>("start"),
       InstanceMethod<&ModuleObject::ChangeTo>("changeTo"),
       InstanceMethod<&ModuleObject::Run>("run"),
       InstanceMethod<&ModuleObject::Instantiate>("instantiate"),
       InstanceMethod<&ModuleObject::StopRun>("stop"),
       InstanceMethod<&ModuleObject::EndWaits>("endWaits"),
       InstanceMethod<&ModuleObject::Close>("close"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::Answer>>("answer"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::Fail>>("fail"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::Enter>>("enter"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::ReadMemory>>("readMemory"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::WriteMemory>>("writeMemory"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::MemorySize>>("memorySize"),
       InstanceMethod<&ModuleObject::OnHostCalls<&HostCalls::GrowMemory>>("growMemory"),
       InstanceMethod<&ModuleObject::OnStreamCalls<&StreamCalls::Feed>>("feed"),
       InstanceMethod<&ModuleObject::OnStreamCalls<&StreamCalls::EndInput>>("endInput"),
       InstanceMethod<&ModuleObject::OnStreamCalls<&StreamCalls::Take>>("takeOutput"),
       InstanceMethod<&ModuleObject::OpenLane>("openLane"),
       InstanceMethod<&ModuleObject::TakeLaneWritten>("takeLaneWritten"),
       InstanceAccessor<&ModuleObject::IsAot>("isAot"),
       InstanceAccessor<&ModuleObject::Imports>("imports"),
       InstanceAccessor<&ModuleObject::Exports>("exports")});
  AddonData::Get(env).module_constructor = Napi::Persistent(constructor);
  return constructor;
}

ModuleObject::ModuleObject(const Napi::CallbackInfo& info)
    : TaggedWrap(info), modules_(AddonData::Get(info.Env()).modules()) {
  module_ = std::exchange(AddonData::Get(info.Env()).new_module, nullptr);
  if (!module_) throw Napi::TypeError::New(info.Env(), "Use Module.load().");
}

ModuleObject::~ModuleObject() { modules_->erase(this); }

void ModuleObject::Stop() {
  pool_.reset();
  // Other forms of the module hold it as well, until they are collected.
  if (snapshot_) snapshot_->Forget();
  modules_->erase(this);
  // Kept for the guests' next invocations; this module will have none.
  ForgetGuestModels();
}

Napi::Value ModuleObject::Load(const Napi::CallbackInfo& info) {
  ModuleOptions options;
  if (info[1].IsObject()) {
    const auto given = info[1].As<Napi::Object>();
    options.describe = given.Get("describe").ToBoolean();
    if (const Napi::Value elements = given.Get("tableElements"); elements.IsNumber()) {
      options.table_elements = static_cast<uint64_t>(elements.ToNumber().Int64Value());
    }
    options.exports_state = given.Get("exportsState").ToBoolean();
    if (const Napi::Value other = given.Get("snapshotOf"); other.IsObject()) {
      const ModuleObject& taken = *ModuleObject::Unwrap(other.As<Napi::Object>());
      options.snapshot = taken.snapshot_;
      options.other = taken.module_;
      if (!options.snapshot) {
        throw Napi::TypeError::New(info.Env(), "No snapshot was taken of that module.");
      }
    }
  }
  return Background<std::shared_ptr<const Module>>::Start(
      info.Env(),
      [source = ModuleSourceObject::Unwrap(info[0].As<Napi::Object>())->source(), options] {
        return Module::Load(*source, options);
      },
      [](Napi::Env env, std::shared_ptr<const Module> module) -> Napi::Value {
        AddonData& data = AddonData::Get(env);
        data.new_module = std::move(module);
        return data.module_constructor.New({});
      });
}

Napi::Value ModuleObject::Start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    const auto given = info[0].As<Napi::Object>();
    const Limits limits = ToLimits(given.Get("limits").As<Napi::Object>());
    const HostOffer offer{ToHostModules(given.Get("hostModules")),
                          ToFunctionNames(given.Get("imports"))};
    const auto imported =
        std::make_shared<const std::vector<ImportedFunction>>(LinkImports(*module_, offer));
    CheckMemory(*module_, limits.memory_pages);
    CheckRunnable(*module_);
    WorkerPool::Options pool_options;
    pool_options.concurrency = given.Get("concurrency").ToNumber().Uint32Value();
    pool_options.max_queue = given.Get("maxQueue").ToNumber().Uint32Value();
    pool_options.max_waiting = given.Get("maxWaiting").ToNumber().Uint32Value();
    if (pool_options.concurrency == 0 || pool_options.concurrency > kMaxConcurrency ||
        pool_options.max_waiting > kMaxWaiting) {
      throw Error(ErrorCode::kInvalidArgument,
                  "The concurrency must be from 1 to 256, maxWaiting at most 1,000.");
    }
    auto folders = std::make_shared<const wasi::Folders>(ToFolders(given.Get("folders")));
    const GuestOptions guest_options{ToFileSystem(given.Get("files"), *folders),
                                     folders,
                                     ToModelTable(given.Get("models").As<Napi::Object>()),
                                     ToInferenceOptions(given.Get("inference").As<Napi::Object>()),
                                     limits,
                                     offer.modules,
                                     imported};
    // Getters of the options may have done anything: what follows calls no JavaScript.
    if (AddonData::Get(env).is_shut_down()) {
      throw Error(ErrorCode::kClosed, "The process is ending: nothing can be started.");
    }
    if (is_started_) {
      throw Error(ErrorCode::kInvalidArgument, "The module has already been started.");
    }
    pool_ = std::make_shared<WorkerPool>(module_, guest_options, pool_options);
    if (std::any_of(imported->begin(), imported->end(),
                    [](const ImportedFunction& each) { return each.standard == nullptr; })) {
      host_calls_.emplace(*this, module_);
    }
    is_started_ = true;
    modules_->insert(this);
    return env.Undefined();
  });
}

Napi::Value ModuleObject::ChangeTo(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    const ModuleObject& other = *ModuleObject::Unwrap(info[0].As<Napi::Object>());
    if (!pool_) throw Error(ErrorCode::kClosed, "closed");
    // What was derived from one must hold for the other.
    if (!(module_->imports() == other.module_->imports() &&
          module_->exports() == other.module_->exports())) {
      throw Error(ErrorCode::kModuleInvalid, module_->name() + " was compiled to another module.");
    }
    CheckRunnable(*other.module_);
    module_ = other.module_;
    if (host_calls_) host_calls_->ChangeModule(module_);
    pool_->ChangeModule(module_);
    return info.Env().Undefined();
  });
}

Napi::Value ModuleObject::Run(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    if (!pool_) throw Error(ErrorCode::kClosed, "closed");
    // Everything becomes plain data here: the caller may change or transfer its buffer as soon as
    // this returns.
    const auto given = info[0].As<Napi::Object>();
    auto job = std::make_unique<Job>();
    Request& request = job->request;
    RunMessage::Results results;
    request.input.args = ToStrings(given.Get("args"));
    request.input.env = ToStrings(given.Get("env"));
    const Napi::Value input = given.Get("stdin");
    request.input.stdin_bytes =
        InputObject::IsOne(input) ? InputObject::Unwrap(input)->Take() : CopyBytes(input);
    request.input.files = ToFiles(given.Get("files"));
    if (const Napi::Value patterns = given.Get("collect"); !patterns.IsUndefined()) {
      for (const std::string& pattern : ToStrings(patterns))
        request.input.collect.emplace_back(pattern);
    }
    if (const Napi::Value function = given.Get("function"); !function.IsUndefined()) {
      request.function = function.As<Napi::String>().Utf8Value();
      // Kept alive here, since getters of the arguments may change it.
      const std::shared_ptr<const Module> module = module_;
      const Signature* called = module->FindExportedFunction(*request.function);
      const auto arguments = given.Get("arguments").As<Napi::Array>();
      if (called == nullptr || arguments.Length() != called->params.size()) {
        throw Error(ErrorCode::kInvalidArgument, "The function and its arguments do not match.");
      }
      for (uint32_t index = 0; index < arguments.Length(); ++index) {
        request.arguments.push_back(ToBits(arguments.Get(index), called->params[index]));
      }
      results = called->results;
    }
    if (const Napi::Value timeout = given.Get("timeoutMs"); !timeout.IsUndefined()) {
      job->timeout = std::chrono::milliseconds(timeout.ToNumber().Int64Value());
    }
    job->is_nested = given.Get("isNested").ToBoolean();
    request.takes_snapshot = given.Get("takesSnapshot").ToBoolean();
    const StreamSet streams = ToStreams(given.Get("streams"), "stream");
    request.input.inherited = ToStreams(given.Get("streams"), "inherit");
    // Getters of the request may have ended the environment's modules.
    if (!pool_) throw Error(ErrorCode::kClosed, "closed");
    const auto mailbox = AddonData::Get(env).mailbox();
    std::optional<HostCalls::Registration> registration;
    if (host_calls_) job->exchange = registration.emplace(*host_calls_, mailbox).exchange();
    const auto host_key = registration ? std::optional(registration->key()) : std::nullopt;
    // Without host functions, nothing is called there: the guest only waits.
    const bool may_wait = !streams.is_empty() || !request.input.inherited.is_empty();
    if (may_wait && !job->exchange) job->exchange = std::make_shared<HostExchange>(nullptr);
    std::optional<StreamCalls::Registration> streaming;
    if (!streams.is_empty()) {
      const bool has_lane = lane_ && given.Get("hasLane").ToBoolean();
      streaming.emplace(stream_calls_, job->exchange, streams, mailbox, has_lane ? lane_ : nullptr);
      request.input.streams = streaming->streams();
    }
    const auto stream_key = streaming ? std::optional(streaming->key()) : std::nullopt;
    const auto deferred = Napi::Promise::Deferred::New(env);
    const uint64_t ticket = pool_->Submit(
        std::move(job),
        [this, results, deferred, host_key, stream_key, mailbox](std::unique_ptr<Job> done) {
          mailbox->Post(std::make_unique<RunMessage>(*this, results, deferred, host_key, stream_key,
                                                     std::move(done)));
        });
    BeginWork(env);
    Napi::Object run = Napi::Object::New(env);
    run["promise"] = deferred.Promise();
    if (registration) run["hostKey"] = static_cast<double>(registration->Keep());
    if (streaming) run["streamKey"] = static_cast<double>(streaming->Keep());
    // Exact in a double for the first 2^53 runs.
    run["ticket"] = static_cast<double>(ticket);
    return run;
  });
}

Napi::Value ModuleObject::OpenLane(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    lane_ = std::make_shared<StreamLane>(info[0].ToNumber().Int32Value(),
                                         info[1].ToNumber().Int32Value());
    return info.Env().Undefined();
  });
}

Napi::Value ModuleObject::TakeLaneWritten(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] {
    const std::array<uint64_t, 2> written =
        lane_ ? lane_->TakeWritten() : std::array<uint64_t, 2>{};
    Napi::Array counts = Napi::Array::New(info.Env(), written.size());
    for (uint32_t index = 0; index < written.size(); ++index) {
      counts.Set(index, static_cast<double>(written[index]));
    }
    return counts;
  });
}

Napi::Value ModuleObject::Instantiate(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  return Guard(env, [&]() -> Napi::Value {
    if (!pool_) throw Error(ErrorCode::kClosed, "closed");
    return InstanceObject::Start(info.This().As<Napi::Object>(), pool_, module_,
                                 info[0].As<Napi::Object>());
  });
}

Napi::Value ModuleObject::StopRun(const Napi::CallbackInfo& info) {
  const std::string reason = info[1].As<Napi::String>();
  const auto ticket = static_cast<uint64_t>(info[0].ToNumber().Int64Value());
  if (pool_) {
    pool_->Stop(ticket, reason == "timeout" ? StopReason::kTimeout : StopReason::kAborted);
  }
  return info.Env().Undefined();
}

Napi::Value ModuleObject::EndWaits(const Napi::CallbackInfo& info) {
  if (pool_) pool_->EndWaits();
  return info.Env().Undefined();
}

Napi::Value ModuleObject::Close(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const auto deferred = Napi::Promise::Deferred::New(env);
  if (!pool_) {
    deferred.Resolve(env.Undefined());
    return deferred.Promise();
  }
  // Closing it again waits for the same end.
  closings_.push_back(deferred);
  if (closings_.size() > 1) return deferred.Promise();
  // A std::function must be copyable, and the message is not: the copies share it.
  auto message =
      std::make_shared<std::unique_ptr<CloseMessage>>(std::make_unique<CloseMessage>(*this));
  BeginWork(env);
  pool_->Close(
      [message, mailbox = AddonData::Get(env).mailbox()] { mailbox->Post(std::move(*message)); });
  return deferred.Promise();
}

template <Napi::Value (HostCalls::*kFunction)(const Napi::CallbackInfo&)>
Napi::Value ModuleObject::OnHostCalls(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&]() -> Napi::Value {
    if (!host_calls_) throw Error(ErrorCode::kClosed, "The module has no host functions.");
    return ((*host_calls_).*kFunction)(info);
  });
}

template <Napi::Value (StreamCalls::*kFunction)(const Napi::CallbackInfo&)>
Napi::Value ModuleObject::OnStreamCalls(const Napi::CallbackInfo& info) {
  return Guard(info.Env(), [&] { return (stream_calls_.*kFunction)(info); });
}

Napi::Value ModuleObject::IsAot(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), module_->is_aot());
}

Napi::Value ModuleObject::Imports(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), module_->imports());
}

Napi::Value ModuleObject::Exports(const Napi::CallbackInfo& info) {
  return ToJs(info.Env(), module_->exports());
}

void ModuleObject::BeginWork(Napi::Env env) {
  Ref();
  AddonData::Get(env).mailbox()->Expect(env);
}

void ModuleObject::EndWork() { Unref(); }

}  // namespace wasmedge_embed
