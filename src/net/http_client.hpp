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

/// How every request of a client is made.
struct HttpOptions {
  std::vector<std::string> connect_to;        ///< HOST1:PORT1:HOST2:PORT2, as curl's --connect-to
  std::string ca_file;                        ///< PEM; empty: the system's certificates
  std::string proxy;                          ///< URL; empty: what curl finds in the environment
  std::chrono::milliseconds timeout{30'000};  ///< of one attempt, all of it
  int in_flight = 32;                         ///< attempts on the wire at once; what is above waits its turn
  int retries = 4;                            ///< after the same failure, where one can help; see RetryPolicy
  /// At which hosts are asked, together with all other clients that have it; none: as often as one likes, and who asks
  /// for a pause gets it from this client alone.
  std::shared_ptr<HostRateLimits> rate_limits{};
};

struct HttpResponse {
  long status = 0;  ///< 200; or 304, without a body, where that was offered
  std::string body;
  Validators validators;                       ///< of a 304 that has none: those that were sent along
  std::chrono::seconds freshness_lifetime{0};  ///< see freshness_lifetime()
  std::string captured;                        ///< the value of HttpRequest::capture_header
};

struct HttpRequest {
  std::string url;
  std::size_t max_bytes = 16 << 20;  ///< of the decoded body
  bool compressed = false;           ///< offer gzip and the like
  Validators known{};                ///< of what the caller has: where it is unchanged, 304 will do
  std::string capture_header{};      ///< a further header of the response that matters, in lower case
  /// Looks at a response with status 200; an Error makes it a failed attempt, tried again as a cut connection
  /// is.
  std::function<Result<void>(const HttpResponse&)> check;
};

/// Why there is no response, for callers that act on it; the Error says it to the user.
enum class FetchFailure {
  none,
  url,          ///< no http(s) URL, or redirected too often or to where it may not go
  unresolved,   ///< the host name does not resolve
  refused,      ///< nothing listens there
  certificate,  ///< the server's certificate does not verify, or the CA file cannot be read
  timeout,      ///< no whole response in time
  connection,   ///< any other failure on the way: reset, cut short, garbled
  status,       ///< another status than 200 (or 304)
  too_large,    ///< more than max_bytes
  rejected,     ///< the request's check said no
};

/// When the parts of one attempt began, on steady_clock, since its epoch.
struct AttemptTimes {
  std::chrono::nanoseconds began{0};  ///< it was given to libcurl, which connects where it has no connection
  std::chrono::nanoseconds sent{0};   ///< the request left; where it never did, `ended`
  std::chrono::nanoseconds answered{0};  ///< the response began to come; likewise
  std::chrono::nanoseconds ended{0};
};

/// What became of a request after its last attempt: a checked response with status 200, 304 where
/// that was offered, or why there is none.
struct HttpFetch {
  Result<HttpResponse> outcome;
  int attempts = 0;
  int requests = 0;       ///< of all attempts, with those to where they were redirected
  long status = 0;        ///< of the last attempt that had one
  std::size_t bytes = 0;  ///< of all decoded bodies
  /// That the client has opened since it last told in an HttpFetch, whatever for.
  int connections = 0;
  FetchFailure failure = FetchFailure::none;
  std::vector<AttemptTimes> times{};  ///< of each attempt
};

/// Fetches over libcurl's multi interface, joined to the EventLoop of the thread that made it: any number of
/// fetches at once, one HTTP/2 connection to a host (several to one that speaks HTTP/1), kept open and used
/// again. Belongs to one worker, made after the fork (EventLoop::local), used and destroyed on its thread,
/// before its loop and after its fetches' Tasks.
///
/// Tried again: what may be better the next time, which is a connection that is refused, cut or too slow, the
/// statuses 408, 425, 429 and 5xx, a name that does not resolve, and a response that fails its check; how often,
/// RetryPolicy decides. Final at once: every other status, a certificate, a URL, a body that is too large.
///
/// A request leaves when HttpOptions::rate_limits has a place for it. A server that answers 429, or 503 with Retry-After, gets
/// no further request observer, a minute at most, from nobody who shares these limits. As long as it answers others, that
/// is no failure of the request, which then waits for its turn, within reason: ten times for each retry.
class HttpClient {
 public:
  explicit HttpClient(EventLoop& loop, HttpOptions options);
  ~HttpClient();

  /// Opens the connection to an https URL's host ahead of the first fetch, which then finds it; sends no
  /// request. Only HTTP/2 can leave it at that: a server that speaks HTTP/1 sees its connection closed again,
  /// and one without TLS is not bothered. Never throws for what the network does: where this fails, a fetch
  /// will tell. Destroying the Task gives up.
  Task<void> open(std::string url);

  /// Never throws for what the network does: that is in the HttpFetch. Destroying the Task aborts the
  /// transfer.
  Task<HttpFetch> fetch(HttpRequest request);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

/// libcurl's version and those of what it uses, as it gives them.
std::string library_version();

}  // namespace spritefarm::net
