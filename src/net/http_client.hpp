#pragma once

#include "base/result.hpp"
#include "net/credentials.hpp"
#include "net/freshness.hpp"
#include "net/host_table.hpp"

#include <spritefarm/task.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spritefarm::net {

/// The options of a client, for all its requests.
struct HttpOptions {
  std::vector<std::string> connect_to;   ///< HOST1:PORT1:HOST2:PORT2, as curl's --connect-to
  std::string ca_file;                   ///< PEM; empty: the system's certificates
  std::string ca_directory;              ///< PEM files, named by the hash of their subject
  bool is_ca_directory_alone = false;    ///< the system's certificates are not trusted beside it
  std::optional<std::string> proxy{};    ///< URL; none: from the environment, as curl does; empty: no proxy
  Credentials proxy_credentials{};       ///< of `proxy`
  std::optional<std::string> noproxy{};  ///< hosts, as curl's --noproxy; none: from the environment
  std::optional<std::string> user_agent{};    ///< none: this program's; empty: no User-Agent
  std::vector<std::string> headers{};         ///< of every request, "NAME: VALUE" as curl's --header
  std::string home;                           ///< the origin of the API; it gets what is secret
  Credentials credentials{};                  ///< for `home` alone
  bool allow_private = false;                 ///< a public `home` may lead to private addresses
  std::chrono::milliseconds timeout{30'000};  ///< without progress; see StallWatch
  int in_flight = 32;                         ///< concurrent attempts, at most; further ones wait
  int retries = 4;                            ///< further attempts of a request that has failed
  /// What all clients that hold the same object know together about hosts. If null, this client has its own.
  std::shared_ptr<HostTable> hosts{};
};

struct HttpResponse {
  long status = 0;  ///< 200; or 304 with an empty body, if `known` was sent
  std::string url;  ///< of the request, or where redirects led to
  std::string body;
  Validators validators;                       ///< if a 304 has none: those of the request
  std::chrono::seconds freshness_lifetime{0};  ///< see freshness_lifetime()
  std::string captured;                        ///< the value of the header HttpRequest::capture_header
};

struct HttpRequest {
  std::string url;
  std::size_t max_bytes = 16 << 20;  ///< limit of the decoded body
  bool compressed = false;           ///< ask for a compressed body; one that is declared is decoded anyway
  bool decoded = true;               ///< false: take the body as it comes, whatever Content-Encoding says
  Validators known{};                ///< of a stored response: makes the request conditional (RFC 9110 §13)
  std::string capture_header{};      ///< one more response header to return, in lower case
  /// Verifies a response with status 200. If it returns an Error, the attempt has failed and is retried.
  std::function<Result<void>(const HttpResponse&)> check;
};

/// Why a fetch has failed, for callers. The Error in HttpFetch::outcome is for the user.
enum class FetchFailure {
  none,
  url,          ///< not an http(s) URL, too many redirects, or a redirect to a forbidden scheme
  unresolved,   ///< the host name does not resolve
  refused,      ///< connection refused
  forbidden,    ///< a public API leads to a private address
  certificate,  ///< the server's certificate is not valid, or the CA file cannot be read
  timeout,      ///< no progress in time
  proxy,        ///< the proxy refuses the request or the login
  connection,   ///< any other transfer failure: reset, truncated, malformed
  encoding,     ///< the body does not have the declared Content-Encoding, or that is unknown
  memory,       ///< not enough memory for the transfer
  descriptors,  ///< too many open files for another connection
  status,       ///< a status other than 200 (or 304)
  too_large,    ///< more than max_bytes
  rejected,     ///< HttpRequest::check has returned an Error
  absent,       ///< not sent: its host has been away for too long
};

/// One attempt: its times, on steady_clock, since its epoch, and what came of it.
struct AttemptTimes {
  std::chrono::nanoseconds queued{0};  ///< it began to wait for a permit, its host and the rate limiter
  std::chrono::nanoseconds away_since{
      0};  ///< its host was away or had asked for a pause since then; 0: was not
  std::chrono::nanoseconds away_until{0};
  std::chrono::nanoseconds began{0};     ///< the transfer began; libcurl connects if necessary
  std::chrono::nanoseconds sent{0};      ///< the request was sent; `ended` if it never was
  std::chrono::nanoseconds answered{0};  ///< the first byte of the response; `ended` if none arrived
  std::chrono::nanoseconds ended{0};
  long status = 0;          ///< 0: no response
  std::uint64_t bytes = 0;  ///< of the decoded body
  bool is_reused = false;   ///< the connection was open before
};

/// The result of a fetch after its last attempt: a verified response with status 200 (or 304), or an Error.
struct HttpFetch {
  Result<HttpResponse> outcome;
  int attempts = 0;
  int requests = 0;       ///< of all attempts, including redirects
  long status = 0;        ///< of the last attempt that got a response
  std::size_t bytes = 0;  ///< of all decoded bodies, of all attempts
  int connections = 0;    ///< opened by the client since the previous HttpFetch, for any purpose
  FetchFailure failure = FetchFailure::none;
  std::vector<AttemptTimes> times{};  ///< one per attempt
};

/// An HTTP client on libcurl's multi interface, joined to the EventLoop of the thread that constructs it. It
/// runs any number of fetches concurrently, over one HTTP/2 connection per host (or several HTTP/1.1
/// connections), and reuses connections. Each worker owns one, constructed after the fork (EventLoop::local).
/// It is used and destroyed on that thread, before the loop and after the Tasks of its fetches.
///
/// Retried, HttpOptions::retries times: a connection that is reset or makes no progress; the statuses 408,
/// 425, 429 and 5xx; a response that fails HttpRequest::check. Final: any other status, a certificate that is
/// not valid, a bad URL, a body that is too large.
///
/// A host that is away (see Availability) delays its requests instead: one probes it, the others wait. An
/// attempt that fails so is no retry, unless `retries` is 0. After HostTable::Settings::max_absence the
/// requests fail together, with one reason. A host is away also while it asks for a pause: by 429, by 503 or
/// 403 with Retry-After, or by 403 with a spent rate limit.
///
/// The host's rate limiter says when a request is sent, and its ConcurrencyLimit how many are in flight.
class HttpClient {
 public:
  explicit HttpClient(EventLoop& loop, HttpOptions options);
  ~HttpClient();

  /// Opens a connection to the host of an https URL before the first fetch, without sending a request. Only
  /// an HTTP/2 connection stays open for the fetch; an HTTP/1.1 connection is closed again. Does nothing for
  /// an http URL. Does not report network failures: the next fetch does. Destroying the Task cancels it.
  Task<void> open(std::string url);

  /// Fetches a URL, with retries. Network failures are in the HttpFetch, not exceptions. Destroying the Task
  /// aborts the transfer.
  Task<HttpFetch> fetch(HttpRequest request);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// The versions of libcurl and its libraries (curl_version()).
std::string library_version();

}  // namespace spritefarm::net
