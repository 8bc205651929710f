#include "support/nginx_server.hpp"

#include "posix/check.hpp"
#include "posix/fd.hpp"
#include "support/file_tree.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cstdio>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace spritefarm::test {

namespace {

/// Runs a tool and returns its output. Throws std::runtime_error if it fails.
std::string tool(std::vector<std::string> arguments) {
  const std::string name = arguments.at(0);
  const Outcome outcome = run({std::move(arguments)});
  if (outcome.exit_status != 0) throw std::runtime_error(name + " failed: " + outcome.err);
  return outcome.out + outcome.err;
}

/// Debian installs nginx in /usr/sbin, which is not on the PATH of every user.
std::string nginx_program() {
  const std::string usual = "/usr/sbin/nginx";
  return std::filesystem::exists(usual) ? usual : "nginx";
}

/// Since 1.25.1, nginx has a directive `http2`; the older parameter of `listen` gives a warning.
bool has_http2_directive() {
  const std::string text = tool({nginx_program(), "-v"});
  int major = 0, minor = 0, patch = 0;
  const std::size_t at = text.find('/');
  if (at == std::string::npos || std::sscanf(text.c_str() + at, "/%d.%d.%d", &major, &minor, &patch) != 3) {
    throw std::runtime_error("cannot read nginx's version: " + text);
  }
  return std::pair(major, minor * 1000 + patch) >= std::pair(1, 25001);
}

void make_certificates(const std::filesystem::path& folder, const std::vector<std::string>& names) {
  std::string alternatives = "subjectAltName=";
  for (const std::string& name : names) alternatives += (name == names.front() ? "DNS:" : ",DNS:") + name;
  const auto make = [&](const std::string& file, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"openssl",
                                          "req",
                                          "-x509",
                                          "-newkey",
                                          "ec",
                                          "-pkeyopt",
                                          "ec_paramgen_curve:prime256v1",
                                          "-nodes",
                                          "-days",
                                          "30",
                                          "-keyout",
                                          folder / (file + ".key"),
                                          "-out",
                                          folder / (file + ".pem")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    tool(std::move(arguments));
  };
  make("ca", {"-subj", "/CN=spritefarm test CA"});
  make("server", {"-subj", "/CN=" + names.front(), "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
                  "-addext", alternatives, "-addext", "basicConstraints=critical,CA:FALSE"});
}

std::string configuration(const std::filesystem::path& root, int port, const NginxSettings& settings) {
  const bool directive = has_http2_directive();
  const char* const listen = !settings.http2 ? " reuseport ssl;\n"
                             : directive     ? " reuseport ssl;\n    http2 on;\n"
                                             : " reuseport ssl http2;\n";
  std::ostringstream text;
  text << R"(daemon off;
master_process off;
pid nginx.pid;
error_log error.log;
events { worker_connections 1024; }
http {
  log_format requests '$connection $server_protocol $host $status "$sent_http_content_encoding" $request_uri';
  access_log access.log requests;
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  types { application/json json; image/png png; image/gif gif; image/svg+xml svg; text/html html; }
  gzip on; gzip_types application/json; gzip_min_length 1;
  keepalive_requests 1000000;
  ssl_certificate server.pem; ssl_certificate_key server.key;
  server {
    listen 127.0.0.1:)"
       << port << listen << "    root \"" << std::filesystem::canonical(root).string() << "\";\n"
       << settings.locations << R"(    location / { try_files $uri ${uri}index.json $uri/index.json =404; }
  }
}
)";
  return text.str();
}

}  // namespace

NginxServer::NginxServer(const std::filesystem::path& root, const std::vector<std::string>& names,
                         const NginxSettings& settings) {
  make_certificates(m_folder.path(), names);

  // Reserves a port: bound without listen() while nginx binds it, too (SO_REUSEPORT), so that no other
  // process can take it.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const posix::Fd reserved(posix::check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
  const int on = 1;
  posix::check(setsockopt(reserved.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on), "setsockopt");
  posix::check(bind(reserved.get(), generic, size), "bind");
  posix::check(getsockname(reserved.get(), generic, &size), "getsockname");
  m_port = ntohs(address.sin_port);

  const std::filesystem::path folder = m_folder.path(), conf = folder / "nginx.conf",
                              log = folder / "error.log";
  write_file(conf, configuration(root, m_port, settings));
  m_nginx.emplace(Command{.arguments = {nginx_program(), "-p", folder, "-c", conf, "-e", log}});
  for (int wait = 0; wait < 20'000; ++wait) {
    const posix::Fd client(posix::check(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    if (connect(client.get(), generic, size) == 0) return;
    pollfd end{m_nginx->pidfd(), POLLIN, 0};
    if (poll(&end, 1, 5) != 0) break;
  }
  throw std::runtime_error("nginx does not start: " + m_nginx->stop().err);
}

std::string NginxServer::connect_to(const std::string& name) const {
  return name + ":443:127.0.0.1:" + std::to_string(m_port);
}

int NginxServer::connected_clients() const {
  char local_port[16];
  std::snprintf(local_port, sizeof local_port, ":%04X", static_cast<unsigned>(m_port));
  const std::string established = "01";
  std::istringstream sockets(read_file("/proc/net/tcp"));
  std::set<std::string> clients;  // the kernel repeats a line if other sockets come or go in between
  for (std::string line; std::getline(sockets, line);) {
    std::string number, local, remote, state;
    std::istringstream(line) >> number >> local >> remote >> state;
    if (local.ends_with(local_port) && state == established) clients.insert(remote);
  }
  return static_cast<int>(clients.size());
}

std::vector<NginxRequest> NginxServer::stop() {
  const Outcome outcome = m_nginx->stop();
  if (outcome.exit_status != 0) {
    throw std::runtime_error("nginx ended with status " + std::to_string(outcome.exit_status) + ": " +
                             outcome.err + read_file(m_folder / "error.log"));
  }
  std::vector<NginxRequest> requests;
  std::istringstream lines(read_file(m_folder / "access.log"));
  NginxRequest request;
  while (lines >> request.connection >> request.protocol >> request.host >> request.status >>
         request.encoding >> request.uri) {
    std::erase(request.encoding, '"');
    requests.push_back(request);
  }
  return requests;
}

}  // namespace spritefarm::test
