#include "futures/encoded_call.hpp"

#include <utility>

namespace spritefarm::detail {

std::shared_ptr<EncodedCall> EncodedCall::submit(ProcessPoolExecutor& pool, const TaskOptions& options,
                                                 std::string request, bool is_coroutine,
                                                 std::function<void(EncodedCall&)> on_done) {
  auto call = std::make_shared<EncodedCall>(options, std::move(request), is_coroutine);
  // A pointer alone: the call would keep itself alive. It exists while its callbacks run.
  call->add_done_callback([raw = call.get(), on_done = std::move(on_done)] { on_done(*raw); });
  pool.schedule(call);
  return call;
}

}  // namespace spritefarm::detail
