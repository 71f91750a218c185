#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/guest_instance.h"
#include "engine/guest_options.h"
#include "engine/host_module_set.h"
#include "engine/module.h"

namespace wasmedge_embed {

/// An instance that is kept between calls, with host modules of its own: memory, globals, tables,
/// open files, models and sessions stay until it ends. What ends it early, a trap, a limit or a
/// stop, may have left them half written, so nothing enters it any more.
///
/// Used by one thread at a time, which may be another each time.
class KeptInstance {
 public:
  KeptInstance(std::shared_ptr<const Module> module, const GuestOptions& options);
  KeptInstance(const KeptInstance&) = delete;
  KeptInstance& operator=(const KeptInstance&) = delete;

  const Module& module() const noexcept { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const noexcept { return module_; }

  /// Makes its host modules, which `Start` needs.
  HostModuleSet& MakeHosts(Executor& executor);

  /// Makes it, within `Slot::RunGuest` on its host modules: its start function runs, then
  /// `_initialize`.
  void Start(Executor& executor, Invocation& invocation, Ending& ending);

  /// Whether it can be entered.
  bool is_live() const noexcept { return instance_.has_value(); }
  HostModuleSet& hosts() noexcept { return *hosts_; }
  GuestInstance& instance() noexcept { return *instance_; }

  /// The function that the module's export of this number is. Throws `Error(kInvalidArgument)`
  /// where there is none that can be called.
  Callee& Find(size_t export_index);

  /// The memory that the module exports, or null.
  wasmedge::MemoryInstanceContext* FindMemory() const;
  /// The global that it exports under this name, or null.
  wasmedge::GlobalInstanceContext* FindGlobal(const std::string& name) const;

  /// Releases all that it has.
  void End() noexcept;

 private:
  const std::shared_ptr<const Module> module_;
  const GuestOptions options_;
  std::optional<HostModuleSet> hosts_;
  std::optional<GuestInstance> instance_;
  /// By the export's number; those that were called.
  std::vector<std::unique_ptr<Callee>> callees_;
};

}  // namespace wasmedge_embed
