#include "compile/compile_turn.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <string>

#include "base/error.h"

namespace wasmedge_embed {
namespace {

struct Queue {
  std::mutex mutex;
  std::deque<uint64_t> tickets;
  uint64_t last_ticket = 0;
};

Queue& TheQueue() {
  static Queue queue;
  return queue;
}

}  // namespace

CompileTurn::CompileTurn() {
  Queue& queue = TheQueue();
  const std::lock_guard<std::mutex> lock(queue.mutex);
  if (queue.tickets.size() > kMaxWaiting) {
    throw Error(ErrorCode::kQueueFull, "An untrusted module is being compiled, and " +
                                           std::to_string(kMaxWaiting) +
                                           " are waiting, which is the limit. Try again later.");
  }
  ticket_ = ++queue.last_ticket;
  queue.tickets.push_back(ticket_);
}

CompileTurn::~CompileTurn() {
  Queue& queue = TheQueue();
  const std::lock_guard<std::mutex> lock(queue.mutex);
  queue.tickets.erase(std::find(queue.tickets.begin(), queue.tickets.end(), ticket_));
}

bool CompileTurn::IsFirst() const {
  Queue& queue = TheQueue();
  const std::lock_guard<std::mutex> lock(queue.mutex);
  return queue.tickets.front() == ticket_;
}

}  // namespace wasmedge_embed
