#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace wasmedge_embed {

/// Items that wait for a thread, first come, first served, except that items that a guest waits
/// for, which itself holds a thread, go first.
template <typename T>
class WaitingLine {
 public:
  void Push(T each, bool is_waited_for) {
    (is_waited_for ? waited_for_ : others_).push_back(std::move(each));
  }

  /// The next item; there must be one.
  T Pop() {
    std::deque<T>& from = waited_for_.empty() ? others_ : waited_for_;
    T next = std::move(from.front());
    from.pop_front();
    return next;
  }

  /// Removes the first match, if there is one.
  template <typename Matches>
  std::optional<T> Take(Matches matches) {
    std::optional<T> taken = TakeFrom(waited_for_, matches);
    return taken ? std::move(taken) : TakeFrom(others_, matches);
  }

  /// From now on, a guest also waits for the first match. Returns whether there is one that no
  /// guest was waiting for before.
  template <typename Matches>
  bool Advance(Matches matches) {
    std::optional<T> taken = TakeFrom(others_, matches);
    if (!taken) return false;
    waited_for_.push_back(std::move(*taken));
    return true;
  }

  template <typename Matches>
  bool HasNotWaitedFor(Matches matches) const {
    return std::any_of(others_.begin(), others_.end(), matches);
  }

  bool empty() const noexcept { return waited_for_.empty() && others_.empty(); }
  size_t size() const noexcept { return waited_for_.size() + others_.size(); }
  /// The number of items that a guest waits for.
  size_t waited_for() const noexcept { return waited_for_.size(); }

 private:
  template <typename Matches>
  static std::optional<T> TakeFrom(std::deque<T>& from, Matches matches) {
    const auto found = std::find_if(from.begin(), from.end(), matches);
    if (found == from.end()) return std::nullopt;
    std::optional<T> taken(std::move(*found));
    from.erase(found);
    return taken;
  }

  std::deque<T> waited_for_;
  std::deque<T> others_;
};

}  // namespace wasmedge_embed
