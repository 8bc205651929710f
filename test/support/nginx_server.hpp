#pragma once

#include "support/subprocess.hpp"
#include "support/temp_dir.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::test {

/// A line of nginx's access log.
struct NginxRequest {
  std::string connection;  ///< a number of the connection's own
  std::string protocol;    ///< "HTTP/2.0"
  std::string host;
  int status = 0;
  std::string encoding;  ///< of the response's body: "gzip", or "-"
  std::string uri;
};

/// How an NginxServer differs from the usual one.
struct NginxSettings {
  bool http2 = true;      ///< else TLS with HTTP/1.1 only
  std::string locations;  ///< more of nginx's `location` blocks
};

/// A real nginx that serves a folder over TLS with HTTP/2, under any host names, on a free loopback port, and
/// compresses JSON. A path that is a folder gives its index.json. It runs as one process, as whoever runs the
/// test, in a temporary folder of its own, with a certificate for the names from an authority of its own.
/// Ready when constructed; ended with the object. Throws std::runtime_error with nginx's or openssl's own
/// words where it cannot be started.
class NginxServer {
 public:
  NginxServer(const std::filesystem::path& root, const std::vector<std::string>& names,
              const NginxSettings& settings = {});

  [[nodiscard]] int port() const noexcept { return m_port; }
  /// The authority's certificate, for --cacert.
  [[nodiscard]] std::string ca_file() const { return m_folder / "ca.pem"; }
  /// The value of --connect-to that sends a name's port 443 here.
  [[nodiscard]] std::string connect_to(const std::string& name) const;

  /// How many connections clients have open now.
  [[nodiscard]] int connected_clients() const;

  /// Ends nginx and gives all that it has served.
  std::vector<NginxRequest> stop();

 private:
  TempDir m_folder;
  int m_port = 0;
  std::optional<Subprocess> m_nginx;
};

}  // namespace spritefarm::test
