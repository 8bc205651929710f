#include "futures/encoded_call.hpp"

#include <utility>

namespace spritefarm::detail {

std::shared_ptr<EncodedCall> EncodedCall::submit(ProcessPoolExecutor& pool, const TaskOptions& options,
                                                 std::string request, bool is_coroutine,
                                                 std::function<void(std::shared_ptr<EncodedCall>)> on_done) {
  auto call = std::make_shared<EncodedCall>(options, std::move(request), is_coroutine);
  // A shared pointer would keep the call alive for ever.
  call->add_done_callback([weak = std::weak_ptr(call), on_done = std::move(on_done)] {
    if (std::shared_ptr<EncodedCall> done = weak.lock()) on_done(std::move(done));
  });
  pool.schedule(call);
  return call;
}

}  // namespace spritefarm::detail
