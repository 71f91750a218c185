#include "engine/kept_instance.h"

#include <utility>

namespace wasmedge_embed {

KeptInstance::KeptInstance(std::shared_ptr<const Module> module, const GuestOptions& options)
    : module_(std::move(module)), options_(options) {}

HostModuleSet& KeptInstance::MakeHosts(Executor& executor) {
  return hosts_.emplace(*module_, options_, executor.get());
}

void KeptInstance::Start(Executor& executor, Invocation& invocation, Ending& ending) {
  instance_.emplace(*module_, *hosts_);
  instance_->Instantiate(executor, invocation, ending);
  if (ending.is_normal()) instance_->Construct(executor, invocation, ending);
}

Callee& KeptInstance::Find(size_t export_index) {
  const std::vector<ExternalDescription>& exports = module_->exports();
  if (export_index >= exports.size() || !exports[export_index].signature) {
    throw Error(ErrorCode::kInvalidArgument, "The module has no such function.");
  }
  if (callees_.empty()) callees_.resize(exports.size());
  std::unique_ptr<Callee>& callee = callees_[export_index];
  if (!callee) {
    const ExternalDescription& found = exports[export_index];
    callee = std::make_unique<Callee>(instance_->Find(found.name, found.signature->params.size()));
  }
  return *callee;
}

wasmedge::MemoryInstanceContext* KeptInstance::FindMemory() const {
  for (const ExternalDescription& each : module_->exports()) {
    if (each.kind != "memory") continue;
    return module_->api().ModuleInstanceFindMemory(instance_->get(),
                                                   wasmedge::MakeString(each.name));
  }
  return nullptr;
}

wasmedge::GlobalInstanceContext* KeptInstance::FindGlobal(const std::string& name) const {
  return module_->api().ModuleInstanceFindGlobal(instance_->get(), wasmedge::MakeString(name));
}

void KeptInstance::End() noexcept {
  callees_.clear();
  // The store and the host modules are released after the instance that is linked to them.
  instance_.reset();
  hosts_.reset();
}

}  // namespace wasmedge_embed
