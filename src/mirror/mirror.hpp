#pragma once

#include "mirror/mirror_options.hpp"

#include <memory>
#include <string>

namespace spritefarm::mirror {

/// A PokéAPI and its image host on one loopback port, HTTP/1.1, served by a few threads of this process from
/// construction to destruction. The constructor throws: std::system_error if the port cannot be had,
/// std::runtime_error if the folder cannot be served. Make no process by fork while one exists: use
/// MirrorProcess for that.
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
