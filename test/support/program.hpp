#pragma once

#include "support/subprocess.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace spritefarm::test {

/// The `spritefarm` that was built with this test: its neighbour, or what $SPRITEFARM names.
std::filesystem::path program_path();

/// A run of it, without what this machine's environment would tell it (proxies, $SPRITEFARM_...).
Command program(std::vector<std::string> arguments, std::string input = {});

/// `spritefarm mirror` with these options, on a free port; ended with the object. Throws std::runtime_error
/// where it does not start.
class MirrorServer {
 public:
  explicit MirrorServer(std::vector<std::string> options = {});

  /// Ends in "/api/v2/".
  [[nodiscard]] const std::string& base_url() const noexcept { return m_base_url; }

 private:
  Subprocess m_process;
  std::string m_base_url;
};

/// The body behind a URL, fetched with libcurl alone, for what a test expects. Throws std::runtime_error for
/// anything but a 200.
std::string http_get(const std::string& url);

}  // namespace spritefarm::test
