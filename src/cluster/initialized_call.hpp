#pragma once

#include <string>

namespace spritefarm::cluster {

/// A request that runs `initializer`, the request of a client's initializer, if its worker process has not
/// run it before, and then `request`. If the initializer throws, so does the call: BrokenCluster. The next
/// call tries again.
std::string initialized_request(const std::string& initializer, const std::string& request);

}  // namespace spritefarm::cluster
