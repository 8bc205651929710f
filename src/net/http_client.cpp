#include "net/http_client.hpp"

#include "net/backoff.hpp"
#include "net/curl_handles.hpp"
#include "net/curl_multi.hpp"
#include "net/host_rate_limits.hpp"
#include "net/http_exchange.hpp"
#include "net/retry_policy.hpp"
#include "net/semaphore.hpp"
#include "net/url.hpp"
#include "text/printable_text.hpp"

#include <algorithm>
#include <map>
#include <utility>

// The path of a request:
//
//   fetch()         parses the URL and finds the Server; makes attempts until one succeeds or fails for good,
//                   or RetryPolicy allows no more; sleeps between them (Backoff)
//   attempt()       takes a permit of the host, then calls the others below
//   wait_to_send()  waits for the end of a pause (Retry-After), a permit of the client and the rate limiter
//   HttpExchange    sets the options of the transfer and collects the response
//   CurlMulti       performs the transfer
//   evaluate()      records the outcome, Retry-After and the HTTP version of the server

namespace spritefarm::net {
namespace {

using Clock = EventLoop::Clock;

constexpr int max_streams = 100;                  // of one HTTP/2 connection
constexpr int throttled_attempts_per_retry = 10;  // do not count as failures; see HttpClient

/// The state of one origin in one client. Until its HTTP version is known, `host_limit` is 1: the first
/// transfer opens the connection and the others wait. libcurl alone would either open a connection for each
/// transfer or make all of them wait for the first connection, and cannot know which is right.
struct Server {
  Server(EventLoop& loop, RateLimiter& rate_limiter, int limit, bool only_http1)
      : limiter(rate_limiter),
        host_limit(loop, limit),
        send_mutex(loop, 1),
        version_known(only_http1),
        is_http1(only_http1) {}
  RateLimiter& limiter;
  Semaphore host_limit;
  Semaphore send_mutex;  // held while a request takes its place at the rate limiter and waits for it
  bool version_known;
  bool is_http1;
};

/// Takes an easy handle from the idle ones, or makes one; the destructor resets it and puts it back.
class BorrowedHandle {
 public:
  explicit BorrowedHandle(std::vector<EasyHandle>& idle) : m_idle(idle) {
    if (idle.empty()) {
      idle.reserve(idle.capacity() + 1);  // so that push_back in the destructor cannot throw
      m_easy = make_easy();
    } else {
      m_easy = std::move(idle.back());
      idle.pop_back();
    }
  }
  BorrowedHandle(const BorrowedHandle&) = delete;
  BorrowedHandle& operator=(const BorrowedHandle&) = delete;
  ~BorrowedHandle() {
    curl_easy_reset(m_easy.get());  // its options point into the finished attempt
    m_idle.push_back(std::move(m_easy));
  }
  [[nodiscard]] CURL* get() const noexcept { return m_easy.get(); }

 private:
  std::vector<EasyHandle>& m_idle;
  EasyHandle m_easy;
};

/// The result of an attempt, as far as it decides about the next one. The response is in the HttpFetch.
struct AttemptResult {
  FailureKind failure;
  std::optional<std::chrono::seconds> retry_after;

  /// The host is rate limiting us: status 429, or 503 with Retry-After.
  [[nodiscard]] bool is_throttled() const {
    return failure.failure == FetchFailure::status && (failure.detail == 429 || retry_after.has_value());
  }
};

bool is_transient(FetchFailure failure, long status) {
  switch (failure) {
    case FetchFailure::unresolved:
    case FetchFailure::refused:
    case FetchFailure::timeout:
    case FetchFailure::connection:
    case FetchFailure::rejected:
      return true;
    case FetchFailure::status:
      return status == 408 || status == 425 || status == 429 || status >= 500;
    default:
      return false;
  }
}

/// The times of a finished transfer.
AttemptTimes attempt_times(CURL* easy, Clock::time_point began) {
  AttemptTimes times;
  times.began = began.time_since_epoch();
  times.ended = Clock::now().time_since_epoch();
  const auto when = [&](CURLINFO what) {
    curl_off_t passed = 0;
    curl_easy_getinfo(easy, what, &passed);
    return passed > 0 ? std::min(times.began + std::chrono::microseconds(passed), times.ended) : times.ended;
  };
  times.sent = when(CURLINFO_PRETRANSFER_TIME_T);
  times.answered = std::max(times.sent, when(CURLINFO_STARTTRANSFER_TIME_T));
  return times;
}

Error error_of(const HttpRequest& request, const std::string& reason) {
  return Error{"GET " + text::excerpt(request.url, max_quoted) + ": " + reason};
}

}  // namespace

struct HttpClient::State {
  State(EventLoop& event_loop, HttpOptions http_options)
      : loop(event_loop),
        options(std::move(http_options)),
        rate_limits(options.rate_limits ? options.rate_limits : std::make_shared<HostRateLimits>(Rate{})),
        max_in_flight(std::max(options.in_flight, 1)),
        hosts_per_address(static_cast<long>(std::max<std::size_t>(options.connect_to.size(), 1))),
        multi(loop),
        settings(options),
        client_limit(loop, max_in_flight) {
    multi.limit_host_connections((max_in_flight + max_streams - 1) / max_streams * hosts_per_address);
    multi.limit_idle_connections(2L * max_in_flight);
  }

  /// The Server of a URL, created at its first request. A server without TLS speaks HTTP/1.1 only.
  Server& server(const Url& url) {
    const bool only_http1 = url.scheme == "http";
    const std::string origin = url.origin();
    const auto [found, is_new] = servers.try_emplace(origin, loop, rate_limits->host(origin),
                                                     only_http1 ? max_in_flight : 1, only_http1);
    if (is_new && only_http1) allow_http1();
    return found->second;
  }

  /// HTTP/1.1 needs one connection per transfer. libcurl has one limit for all hosts; HTTP/2 hosts still get
  /// one connection, because later transfers wait for the existing one (CURLOPT_PIPEWAIT).
  void allow_http1() {
    if (!std::exchange(has_http1, true)) multi.limit_host_connections(max_in_flight * hosts_per_address);
  }

  void set_version(Server& server, bool is_http1) {
    server.version_known = true;
    server.is_http1 = is_http1;
    if (is_http1) allow_http1();
    server.host_limit.raise_limit(max_in_flight);
  }

  /// Adds the times, requests and connections of a finished transfer to `fetch`.
  void record_transfer(CURL* easy, Clock::time_point began, HttpFetch& fetch) {
    fetch.times.push_back(attempt_times(easy, began));
    fetch.requests += count_requests(easy);
    count_connections(easy);
    fetch.connections += std::exchange(unreported_connections, 0);
  }

  /// The number of requests of a finished transfer: one, and one for each redirect that libcurl has followed.
  /// The redirects are charged to the rate limiter of the host they led to, afterwards.
  int count_requests(CURL* easy) {
    long redirects = 0;
    char* effective_url = nullptr;
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_COUNT, &redirects);
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &effective_url);
    const std::optional<Url> last = redirects > 0 && effective_url ? parse_url(effective_url) : std::nullopt;
    for (long i = 0; last && i < redirects; ++i)
      (void)rate_limits->host(last->origin()).acquire(rate_limits->rate(), Clock::now());
    return 1 + static_cast<int>(redirects);
  }

  void count_connections(CURL* easy) {
    long opened = 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
    unreported_connections += static_cast<int>(opened);
  }

  Task<void> open(std::string url);
  Task<HttpFetch> fetch(HttpRequest request);
  Task<AttemptResult> attempt(Server& server, const HttpRequest& request, HttpFetch& fetch);
  Task<void> wait_to_send(Server& server, std::optional<Semaphore::Permit>& client_permit);
  AttemptResult evaluate(Server& server, const HttpRequest& request, HttpExchange& exchange, CURLcode result,
                         HttpFetch& fetch);

  EventLoop& loop;
  const HttpOptions options;
  const std::shared_ptr<HostRateLimits> rate_limits;
  const int max_in_flight;
  const long hosts_per_address;  // libcurl counts hosts that --connect-to maps to one address as one host
  CurlMulti multi;
  ExchangeSettings settings;
  Semaphore client_limit;  // attempts of this client, to all hosts
  std::map<std::string, Server> servers;
  std::vector<EasyHandle> idle_handles;
  Backoff backoff;
  bool has_http1 = false;
  int unreported_connections = 0;  // opened, but not yet added to an HttpFetch
};

Task<void> HttpClient::State::open(std::string address) {
  const std::optional<Url> url = parse_url(address);
  if (!url) co_return;
  Server& server_state = server(*url);
  Semaphore::Permit host_permit(server_state.host_limit);
  co_await host_permit;
  if (server_state.version_known) co_return;

  const HttpRequest request{url->text};
  const EasyHandle easy = make_easy();  // a used handle would report an older connection
  HttpExchange exchange(easy.get(), settings, request, false);
  exchange.connect_only();
  CurlMulti::Transfer transfer(multi, easy.get(), options.timeout);
  const CURLcode result = co_await transfer;
  count_connections(easy.get());
  if (result == CURLE_ABORTED_BY_CALLBACK) set_version(server_state, !transfer.leaves_connection());
}

Task<HttpFetch> HttpClient::State::fetch(HttpRequest request) {
  HttpFetch fetch{Error{}};
  const std::optional<Url> url = parse_url(request.url);
  if (!url) {
    fetch.failure = FetchFailure::url;
    fetch.outcome = error_of(request, "not an http or https URL; check the base URL");
    co_return fetch;
  }
  request.url = url->text;
  Server& server_state = server(*url);
  RateLimiter& limiter = server_state.limiter;
  RetryPolicy retry_policy(options.retries);
  int throttled_attempts = 0;
  std::uint64_t responses_before = limiter.responses();
  while (true) {
    Task<AttemptResult> attempting = attempt(server_state, request, fetch);
    const AttemptResult result = co_await std::move(attempting);
    if (!is_transient(fetch.failure, fetch.status)) {
      if (fetch.failure == FetchFailure::none || fetch.failure == FetchFailure::status)
        limiter.record_final_response(retry_policy.failures() > 0);
      co_return fetch;
    }
    // Throttled while the host answers other requests: not a failure of this request, within a limit.
    const bool is_throttled = result.is_throttled();
    const bool is_failure = !is_throttled || limiter.responses() == responses_before ||
                            ++throttled_attempts > throttled_attempts_per_retry * options.retries;
    responses_before = limiter.responses();
    if (is_failure) retry_policy.count_failure(result.failure);

    // The pause of the host grows with the failures of this request only if the host has sent no Retry-After.
    const int failures = std::max(retry_policy.failures(), 1);
    if (is_throttled)
      limiter.pause_until(
          rate_limits->rate(),
          Clock::now() + backoff.delay(result.retry_after || !is_failure ? 1 : failures, result.retry_after));
    if (is_failure && !retry_policy.should_retry(limiter.host_is_recovering())) co_return fetch;
    sleep_for delay(backoff.delay(failures, result.retry_after));
    co_await delay;
  }
}

/// Makes one attempt and records it, with its outcome, in `fetch`.
Task<AttemptResult> HttpClient::State::attempt(Server& server, const HttpRequest& request, HttpFetch& fetch) {
  Semaphore::Permit host_permit(server.host_limit);
  co_await host_permit;
  std::optional<Semaphore::Permit> client_permit;
  Task<void> waiting = wait_to_send(server, client_permit);
  co_await std::move(waiting);

  const BorrowedHandle easy(idle_handles);
  HttpExchange exchange(easy.get(), settings, request, server.version_known && !server.is_http1);
  // A timer, because libcurl accepts no new connection limits inside its callbacks.
  EventLoop::Timer version_timer;
  if (!server.version_known)
    exchange.on_request_sent([&](bool is_http1) {
      version_timer = loop.call_after({}, [this, &server, is_http1] { set_version(server, is_http1); });
    });
  CurlMulti::Transfer transfer(multi, easy.get(), options.timeout);
  ++fetch.attempts;
  const Clock::time_point began = Clock::now();
  const CURLcode result = co_await transfer;
  record_transfer(easy.get(), began, fetch);
  co_return evaluate(server, request, exchange, result, fetch);
}

/// Waits until a request may be sent to the server, and takes a permit of the client. A request does not hold
/// the permit while the host is paused, so that requests to other hosts can use it.
Task<void> HttpClient::State::wait_to_send(Server& server, std::optional<Semaphore::Permit>& client_permit) {
  while (true) {
    if (const auto remaining = server.limiter.retry_after_remaining(Clock::now()); remaining.count() > 0) {
      client_permit.reset();
      sleep_for pause(remaining);
      co_await pause;
      continue;
    }
    if (!client_permit) {
      Semaphore::Permit& permit = client_permit.emplace(client_limit);
      co_await permit;
      continue;
    }
    Semaphore::Permit send_lock(server.send_mutex);
    co_await send_lock;
    const Clock::time_point now = Clock::now();
    if (server.limiter.retry_after_remaining(now).count() > 0) continue;
    const Clock::time_point send_at = server.limiter.acquire(rate_limits->rate(), now);
    if (send_at <= now) co_return;
    sleep_for delay(send_at - now);
    co_await delay;
    if (server.limiter.retry_after_remaining(Clock::now()).count() == 0) co_return;
  }
}

/// Evaluates a finished transfer: sets the outcome of `fetch`, and tells the Server and its rate limiter.
AttemptResult HttpClient::State::evaluate(Server& server, const HttpRequest& request, HttpExchange& exchange,
                                          CURLcode result, HttpFetch& fetch) {
  fetch.failure = exchange.finish(result);
  fetch.bytes += exchange.bytes();
  HttpResponse& response = exchange.response();
  if (response.status) {
    fetch.status = response.status;
    set_version(server, exchange.is_http1());
  }
  server.host_limit.raise_limit(max_in_flight);  // also without a response: the others need not wait longer

  AttemptResult attempt{
      {fetch.failure, fetch.failure == FetchFailure::status ? response.status : long{result}}, {}};
  if (response.status == 429 || response.status == 503)
    attempt.retry_after = parse_retry_after(exchange.retry_after(), std::time(nullptr));
  if (response.status && !attempt.is_throttled()) server.limiter.count_response();

  if (fetch.failure != FetchFailure::none) {
    fetch.outcome = error_of(request, exchange.explain(options));
    return attempt;
  }
  if (response.status == 200 && request.check) {
    if (const Result<void> checked = request.check(response); !checked) {
      attempt.failure = {fetch.failure = FetchFailure::rejected};
      fetch.outcome = error_of(request, checked.error().message);
      return attempt;
    }
  }
  fetch.outcome = std::move(response);
  return attempt;
}

HttpClient::HttpClient(EventLoop& loop, HttpOptions options)
    : m_state(std::make_unique<State>(loop, std::move(options))) {}
HttpClient::~HttpClient() = default;

Task<void> HttpClient::open(std::string url) {
  return m_state->open(std::move(url));
}

Task<HttpFetch> HttpClient::fetch(HttpRequest request) {
  return m_state->fetch(std::move(request));
}

std::string library_version() {
  return curl_version();
}

}  // namespace spritefarm::net
