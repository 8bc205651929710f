#pragma once

#include "base/cluster_api.hpp"

#include <spritefarm/detail/call.hpp>
#include <spritefarm/process_pool_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace spritefarm::detail {

/// A call that has been encoded elsewhere, and whose result stays encoded: a node of a cluster runs it for
/// its client. Owned as every RemoteCall.
class EncodedCall final : public CallWithFuture<RemoteCall, std::string> {
 public:
  using CallWithFuture<RemoteCall, std::string>::CallWithFuture;

  /// Submits a request to the pool. `on_done` runs on a thread of the pool when the call is done. It may come
  /// before this returns. Throws as ProcessPoolExecutor::submit().
  SPRITEFARM_CLUSTER_API static std::shared_ptr<EncodedCall> submit(
      ProcessPoolExecutor& pool, const TaskOptions& options, std::string request, bool is_coroutine,
      std::function<void(std::shared_ptr<EncodedCall>)> on_done);

  void complete(std::string_view result, BytesIn) override { set_result(std::string(result)); }
};

}  // namespace spritefarm::detail
