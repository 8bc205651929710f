#pragma once

#include "support/subprocess.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace spritefarm::test {

/// The path of `spritefarm`: $SPRITEFARM, or the program in the directory of this test.
std::filesystem::path program_path();

/// A command that runs it in a UTF-8 locale. Removes the variables that change what it does.
Command program(std::vector<std::string> arguments, std::string input = {});

/// A running `spritefarm mirror` on a free port; the destructor ends it. Throws std::runtime_error if it does
/// not start.
class MirrorServer {
 public:
  explicit MirrorServer(std::vector<std::string> options = {});

  /// The base URL, which ends in "/api/v2/".
  [[nodiscard]] const std::string& base_url() const noexcept { return m_base_url; }
  [[nodiscard]] std::uint16_t port() const;

 private:
  Subprocess m_process;
  std::string m_base_url;
};

/// Fetches a URL with plain libcurl, for the expectations of a test. Throws std::runtime_error unless the
/// status is 200.
std::string http_get(const std::string& url);

}  // namespace spritefarm::test
