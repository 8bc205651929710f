#pragma once

#include "mirror/mirror_options.hpp"

#include <memory>
#include <string>

namespace spritefarm::mirror {

/// A PokéAPI with its image host on one loopback port, HTTP/1.1. A few threads of this process serve it from
/// construction to destruction, so do not fork while it exists: use MirrorProcess instead. The constructor
/// throws std::system_error if it cannot listen on the port, and std::runtime_error if it cannot serve the
/// folder.
class Mirror {
 public:
  explicit Mirror(const MirrorOptions& options);
  ~Mirror();

  /// "http://127.0.0.1:PORT/api/v2/"
  [[nodiscard]] std::string base_url() const;

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace spritefarm::mirror
