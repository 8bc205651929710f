#pragma once

#include "base/result.hpp"

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
  int retries = 4;                            ///< attempts after the first, where a further one can help
};

struct HttpResponse {
  long status = 0;
  std::string body;
  std::string etag;
};

struct HttpRequest {
  std::string url;
  std::size_t max_bytes = 16 << 20;  ///< of the decoded body
  bool compressed = false;           ///< offer gzip and the like
  /// Looks at a response with status 200; an Error makes it a failed attempt, tried again as a cut connection
  /// is.
  std::function<std::optional<Error>(const HttpResponse&)> check;
};

/// What became of a request after its last attempt: a checked response with status 200, or why there is none.
struct HttpFetch {
  Result<HttpResponse> outcome;
  int attempts = 0;
  long status = 0;        ///< of the last attempt that had one
  std::size_t bytes = 0;  ///< of all decoded bodies
};

/// Fetches over libcurl's multi interface, joined to the EventLoop of the thread that made it: any number of
/// fetches at once, one HTTP/2 connection to a host, kept open and used again. Belongs to one worker, made
/// after the fork (EventLoop::local), used and destroyed on its thread, before its loop.
class HttpClient {
 public:
  explicit HttpClient(EventLoop& loop, HttpOptions options);
  ~HttpClient();

  /// Never throws for what the network does: that is in the HttpFetch. Destroying the Task aborts the
  /// transfer.
  Task<HttpFetch> fetch(HttpRequest request);

 private:
  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace spritefarm::net
