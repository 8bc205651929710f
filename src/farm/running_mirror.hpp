#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace spritefarm::farm {

/// A server that lives as long as `keeper`.
struct RunningMirror {
  std::string base_url;
  std::shared_ptr<void> keeper;
};

/// Starts one that waits so long before each response. To be called before anything is forked or threaded.
using StartMirror = std::function<RunningMirror(std::chrono::milliseconds latency)>;

}  // namespace spritefarm::farm
