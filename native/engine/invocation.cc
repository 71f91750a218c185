#include "engine/invocation.h"

#include <thread>

namespace wasmedge_embed {

void Invocation::WaitUntil(Clock::time_point deadline) { std::this_thread::sleep_until(deadline); }

}  // namespace wasmedge_embed
