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
  std::string connection;  ///< the serial number of the connection
  std::string protocol;    ///< "HTTP/2.0"
  std::string host;
  int status = 0;
  std::string encoding;  ///< of the response body: "gzip" or "-"
  std::string uri;
};

/// Options of an NginxServer.
struct NginxSettings {
  bool http2 = true;      ///< false: TLS with HTTP/1.1 only
  std::string locations;  ///< additional `location` blocks
};

/// A real nginx that serves a directory over TLS with HTTP/2 on a free loopback port. It compresses JSON and
/// serves index.json for a directory. It runs as one process under the user of the test, in its own temporary
/// directory, with a certificate for `names` signed by its own CA. Ready when constructed; the destructor
/// ends it. Throws std::runtime_error with the output of nginx or openssl if it cannot start.
class NginxServer {
 public:
  NginxServer(const std::filesystem::path& root, const std::vector<std::string>& names,
              const NginxSettings& settings = {});

  [[nodiscard]] int port() const noexcept { return m_port; }
  /// The CA certificate, for --cacert.
  [[nodiscard]] std::string ca_file() const { return m_folder / "ca.pem"; }
  /// The server's certificate and its key, both PEM files.
  [[nodiscard]] std::string certificate_file() const { return m_folder / "server.pem"; }
  [[nodiscard]] std::string key_file() const { return m_folder / "server.key"; }
  /// The value of --connect-to that maps port 443 of `name` to this server.
  [[nodiscard]] std::string connect_to(const std::string& name) const;

  /// The number of open client connections.
  [[nodiscard]] int connected_clients() const;

  /// Ends nginx and returns its access log.
  std::vector<NginxRequest> stop();

 private:
  TempDir m_folder;
  int m_port = 0;
  std::optional<Subprocess> m_nginx;
};

}  // namespace spritefarm::test
