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

/// An instance that is kept between calls, with its own host modules: memory, globals, tables, open
/// files, models and sessions persist until it ends. A trap, a limit or a stop ends it early and
/// may leave them half written, so it is not entered again.
///
/// Used by one thread at a time, which may differ each time.
class KeptInstance {
 public:
  KeptInstance(std::shared_ptr<const Module> module, const GuestOptions& options);
  KeptInstance(const KeptInstance&) = delete;
  KeptInstance& operator=(const KeptInstance&) = delete;

  const Module& module() const noexcept { return *module_; }
  const std::shared_ptr<const Module>& shared_module() const noexcept { return module_; }

  /// Creates its host modules, which `Start` needs.
  HostModuleSet& MakeHosts(Executor& executor);

  /// Creates the instance, within `Slot::RunGuest` on its host modules: runs its start function,
  /// then `_initialize`.
  void Start(Executor& executor, Invocation& invocation, Ending& ending);

  /// Whether it can be entered.
  bool is_live() const noexcept { return instance_.has_value(); }
  HostModuleSet& hosts() noexcept { return *hosts_; }
  GuestInstance& instance() noexcept { return *instance_; }

  /// The function with this index among the module's exports. Throws `Error(kInvalidArgument)` if
  /// it is not a callable function.
  Callee& Find(size_t export_index);

  /// The exported memory, or null.
  wasmedge::MemoryInstanceContext* FindMemory() const;
  /// The exported global with this name, or null.
  wasmedge::GlobalInstanceContext* FindGlobal(const std::string& name) const;

  /// Releases everything it holds.
  void End() noexcept;

 private:
  const std::shared_ptr<const Module> module_;
  const GuestOptions options_;
  std::optional<HostModuleSet> hosts_;
  std::optional<GuestInstance> instance_;
  /// By the export's index; only those that have been called.
  std::vector<std::unique_ptr<Callee>> callees_;
};

}  // namespace wasmedge_embed
