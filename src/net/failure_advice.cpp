#include "net/failure_advice.hpp"

#include "net/out_of_memory.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace spritefarm::net {
namespace {

// Reasons why OpenSSL does not accept a certificate (X509_V_ERR_* in openssl/x509_vfy.h). libcurl reports
// them as numbers, and `unspecified` if the certificate is fine but is another host's.
enum VerifyResult : long {
  fine = 0,
  unspecified = 1,
  no_issuer = 2,
  not_yet_valid = 9,
  expired = 10,
  self_signed = 18,
  self_signed_in_chain = 19,
  no_local_issuer = 20,
  no_leaf_signature = 21,
  revoked = 23,
  not_trusted = 27,
  host_mismatch = 62,
  ip_address_mismatch = 64,
};

std::string machine_time() {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::time(nullptr)));
}

std::string advice_on_certificate(long verify_result, const std::string& ca_file) {
  switch (verify_result) {
    case not_yet_valid:
    case expired:
      return "check this machine's clock, which says " + machine_time() +
             "; if it is right, the server needs a new certificate";
    case fine:
    case unspecified:
    case host_mismatch:
    case ip_address_mismatch:
      return "it is the certificate of another host; check the host name in the URL, and --connect-to";
    case no_issuer:
    case self_signed:
    case self_signed_in_chain:
    case no_local_issuer:
    case no_leaf_signature:
    case not_trusted:
      return ca_file.empty() ? "pass its CA with --cacert"
                             : "its CA is not in " + ca_file + "; pass another file with --cacert";
    case revoked:
      return "the certificate was revoked; do not trust this server";
    default:
      return "the server needs another certificate";
  }
}

/// Why libcurl cannot use a file of certificates.
std::string fault_of_ca_file(const std::string& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) return "it is a directory";
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::strerror(errno);
  constexpr std::size_t max_bytes = 4 << 20;
  std::string bytes(max_bytes, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(max_bytes));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  constexpr char der_sequence = 0x30;
  if (bytes.empty()) return "it is empty";
  if (bytes.find("CERTIFICATE-----") != bytes.npos) return "a certificate in it is damaged";
  if (bytes.front() == der_sequence)
    return "it is in DER form, not PEM; convert it with openssl x509 -inform DER";
  return "it holds no certificate in PEM form";
}

std::string explain_certificate(const FailedAttempt& attempt, const std::string& ca_file) {
  if (attempt.result != CURLE_SSL_CACERT_BADFILE)
    return fmt::format("cannot verify the server's certificate ({}); {}", attempt.detail,
                       advice_on_certificate(attempt.verify_result, ca_file));
  if (ca_file.empty())
    return fmt::format(
        "cannot use the system's certificates ({}); install ca-certificates, or pass a file with --cacert",
        attempt.detail);
  return fmt::format("cannot use the certificates in --cacert {}: {}", ca_file, fault_of_ca_file(ca_file));
}

std::string explain_status(long status) {
  switch (status) {
    case 203:
      return "status 203: a proxy on the way has changed the response; avoid it with an https URL or another "
             "--proxy";
    case 401:
      return "status 401, the server wants credentials; check the user name and password in --base-url";
    case 403:
      return "status 403, the server refuses the request; check the base URL and whether you may use it";
    case 404:
      return "status 404, not found; check the name or the base URL";
    case 429:
      return "status 429, too many requests; try again later or with a lower --rate";
    default:
      break;
  }
  if (status >= 500) return fmt::format("status {}, server error; try again later", status);
  return fmt::format("status {}, expected 200; check the base URL", status);
}

std::string explain_proxy(const FailedAttempt& attempt) {
  if (attempt.proxy_status == 407)
    return "the proxy refuses the login (status 407); check the user and the password of --proxy";
  if (attempt.is_sent_to_proxy)
    return fmt::format(
        "status {} from the proxy, or from the server behind it; check --proxy, or omit it with --noproxy",
        attempt.proxy_status);
  if (attempt.proxy_status != 0)
    return fmt::format("the proxy refuses to connect to this host (status {}); check --proxy and --noproxy",
                       attempt.proxy_status);
  return fmt::format("the proxy refuses the connection ({}); check --proxy and its login", attempt.detail);
}

}  // namespace

std::string explain(const FailedAttempt& attempt, const HttpOptions& options) {
  switch (attempt.failure) {
    case FetchFailure::url:
      return fmt::format("cannot use this URL ({}); check the base URL", attempt.detail);
    case FetchFailure::unresolved:
      return attempt.result == CURLE_COULDNT_RESOLVE_PROXY
                 ? fmt::format("the proxy's host name does not resolve ({}); check --proxy", attempt.detail)
                 : fmt::format("the host name does not resolve ({}); check the name and the network",
                               attempt.detail);
    case FetchFailure::refused:
      return fmt::format("connection refused ({}); check the host and port", attempt.detail);
    case FetchFailure::forbidden:
      if (attempt.peer.empty())
        return "workers may not connect to this port: their sandbox has 80, 443 and those of --connect-to and "
               "--proxy; to allow others, use --sandbox off";
      return fmt::format(
          "its host is at the private address {}, and the API at a public one may not lead there; "
          "if you trust the API, pass --allow-private",
          attempt.peer);
    case FetchFailure::certificate:
      return explain_certificate(attempt, options.ca_file);
    case FetchFailure::proxy:
      return explain_proxy(attempt);
    case FetchFailure::timeout:
      return fmt::format("no byte for {} s; try again later or with a longer --timeout",
                         options.timeout.count() / 1000.0);
    case FetchFailure::memory:
      return out_of_memory;
    case FetchFailure::descriptors:
      return "too many open files; use fewer workers (-p, -t), a smaller -c, or a higher limit (ulimit -n)";
    case FetchFailure::connection:
      return fmt::format("the connection failed ({}); check the network or try again later", attempt.detail);
    case FetchFailure::encoding:
      return fmt::format("cannot decode the response ({}); try again later", attempt.detail);
    case FetchFailure::status:
      return explain_status(attempt.status);
    case FetchFailure::too_large:
      return fmt::format("the response is larger than the limit of {} bytes; check the base URL",
                         attempt.max_bytes);
    case FetchFailure::none:
    case FetchFailure::rejected:
    case FetchFailure::absent:
      break;
  }
  return {};
}

}  // namespace spritefarm::net
