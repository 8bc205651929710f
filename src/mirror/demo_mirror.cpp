#include "mirror/demo_mirror.hpp"

#include "mirror/mirror_process.hpp"

#include <memory>

namespace spritefarm::mirror {

farm::RunningMirror start_demo_mirror(std::chrono::milliseconds latency) {
  const auto process = std::make_shared<MirrorProcess>(MirrorOptions{.latency = latency});
  return {process->base_url(), process};
}

}  // namespace spritefarm::mirror
