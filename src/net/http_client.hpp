#pragma once

#include "base/result.hpp"
#include "net/freshness.hpp"
#include "net/host_rate_limits.hpp"

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
  std::vector<std::string> connect_to;        ///< HOST1:PORT1:HOST2:PORT2, as curl's --connect-to
  std::string ca_file;                        ///< PEM; empty: the system's certificates
  std::string proxy;                          ///< URL; empty: from the environment, as curl does
  std::chrono::milliseconds timeout{30'000};  ///< for one whole attempt
  int in_flight = 32;                         ///< concurrent attempts; further ones wait
  int retries = 4;                            ///< after identical failures; see RetryPolicy
  /// The rate limits and Retry-After pauses of hosts, shared with all clients that hold the same object. If
  /// null, there is no rate limit, and a pause binds this client only.
  std::shared_ptr<HostRateLimits> rate_limits{};
};

struct HttpResponse {
  long status = 0;  ///< 200; or 304 with an empty body, if `known` was sent
  std::string body;
  Validators validators;                       ///< if a 304 has none: those of the request
  std::chrono::seconds freshness_lifetime{0};  ///< see freshness_lifetime()
  std::string captured;                        ///< the value of the header HttpRequest::capture_header
};

struct HttpRequest {
  std::string url;
  std::size_t max_bytes = 16 << 20;  ///< limit of the decoded body
  bool compressed = false;           ///< send Accept-Encoding
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
  certificate,  ///< the server's certificate is not valid, or the CA file cannot be read
  timeout,      ///< no complete response in time
  connection,   ///< any other transfer failure: reset, truncated, malformed
  status,       ///< a status other than 200 (or 304)
  too_large,    ///< more than max_bytes
  rejected,     ///< HttpRequest::check has returned an Error
};

/// The times of one attempt, on steady_clock, since its epoch.
struct AttemptTimes {
  std::chrono::nanoseconds began{0};     ///< the transfer began; libcurl connects if necessary
  std::chrono::nanoseconds sent{0};      ///< the request was sent; `ended` if it never was
  std::chrono::nanoseconds answered{0};  ///< the first byte of the response; `ended` if none arrived
  std::chrono::nanoseconds ended{0};
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
/// Retried: a connection that is refused, reset or too slow; the statuses 408, 425, 429 and 5xx; a host name
/// that does not resolve; a response that fails HttpRequest::check. RetryPolicy sets the number of retries.
/// Final: any other status, a certificate that is not valid, a bad URL, a body that is too large.
///
/// Rate limit: a request waits until HttpOptions::rate_limits lets it go. A response 429, or 503 with
/// Retry-After (RFC 9110 §10.2.3), pauses the host for every client that shares the limits, for one minute at
/// most. It does not count as a failure of the request while the host answers other requests, up to ten times
/// per retry.
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
