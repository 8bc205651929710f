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

namespace spritefarm::net {
namespace {

using Clock = EventLoop::Clock;

constexpr int max_streams = 100;    // of one HTTP/2 connection
constexpr int free_deferrals = 10;  // in the place of one retry, while the server answers others

/// What is known of a server. Until the first connection to it has shown which HTTP it speaks, its transfer is
/// the only one: libcurl would let all others wait for its connection, or open one for each, and could do
/// neither right.
struct Server {
  Server(EventLoop& loop, RateLimiter& rate_limiter, int limit, bool speaks_http1)
      : limiter(rate_limiter),
        host_limit(loop, limit),
        rate_mutex(loop, 1),
        is_known(speaks_http1),
        is_http1(speaks_http1) {}
  RateLimiter& limiter;
  Semaphore host_limit;
  Semaphore rate_mutex;  // one at a time waits here for its place at the common rate
  bool is_known;
  bool is_http1;
};

/// Owns an easy handle for one attempt and gives it back for the next.
class BorrowedHandle {
 public:
  explicit BorrowedHandle(std::vector<EasyHandle>& free) : m_free(free) {
    if (free.empty()) {
      free.reserve(free.capacity() + 1);  // so that giving back cannot fail
      m_easy = make_easy();
    } else {
      m_easy = std::move(free.back());
      free.pop_back();
    }
  }
  BorrowedHandle(const BorrowedHandle&) = delete;
  BorrowedHandle& operator=(const BorrowedHandle&) = delete;
  ~BorrowedHandle() {
    curl_easy_reset(m_easy.get());  // it forgets its settings, which point into the attempt
    m_free.push_back(std::move(m_easy));
  }
  [[nodiscard]] CURL* get() const noexcept { return m_easy.get(); }

 private:
  std::vector<EasyHandle>& m_free;
  EasyHandle m_easy;
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

/// Of a transfer that has ended.
AttemptTimes times_of(CURL* easy, Clock::time_point began) {
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

/// An answer that is about the server, not about the request.
bool asks_for_patience(FetchFailure failure, long status,
                       const std::optional<std::chrono::seconds>& retry_after) {
  return failure == FetchFailure::status && (status == 429 || retry_after.has_value());
}

}  // namespace

struct HttpClient::State {
  State(EventLoop& event_loop, HttpOptions http_options)
      : loop(event_loop),
        options(std::move(http_options)),
        rate_limits(options.rate_limits ? options.rate_limits : std::make_shared<HostRateLimits>(Rate{})),
        in_flight(std::max(options.in_flight, 1)),
        hosts_at_one_place(static_cast<long>(std::max<std::size_t>(options.connect_to.size(), 1))),
        multi(loop),
        settings(options),
        semaphore(loop, in_flight) {
    multi.limit_host_connections((in_flight + max_streams - 1) / max_streams * hosts_at_one_place);
    multi.limit_idle_connections(2L * in_flight);
  }

  Server& server(const Url& url) {
    const bool is_known_http1 = url.scheme == "http";
    const std::string origin = url.origin();
    const auto [found, is_new] = servers.try_emplace(origin, loop, rate_limits->host(origin),
                                                     is_known_http1 ? in_flight : 1, is_known_http1);
    if (is_new && is_known_http1) allow_http1();
    return found->second;
  }

  /// HTTP/1 needs a connection for each attempt. The limit is one for all hosts, but those that speak HTTP/2
  /// still get one connection: a later transfer joins the one that it finds (PIPEWAIT).
  void allow_http1() {
    if (!std::exchange(has_http1, true)) multi.limit_host_connections(in_flight * hosts_at_one_place);
  }

  void learn(Server& server, bool speaks_http1) {
    server.is_known = true;
    server.is_http1 = speaks_http1;
    if (speaks_http1) allow_http1();
    server.host_limit.raise_limit(in_flight);
  }

  /// Of a transfer that has ended: each redirect that libcurl followed was a request, too, to which the host where it led
  /// is entitled afterwards.
  int count_requests(CURL* easy) {
    long redirects = 0;
    char* address = nullptr;
    curl_easy_getinfo(easy, CURLINFO_REDIRECT_COUNT, &redirects);
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &address);
    const std::optional<Url> last = redirects > 0 && address ? parse_url(address) : std::nullopt;
    for (long i = 0; last && i < redirects; ++i)
      (void)rate_limits->host(last->origin()).acquire(rate_limits->rate(), Clock::now());
    return 1 + static_cast<int>(redirects);
  }

  /// Of a transfer that has ended.
  void count_connections(CURL* easy) {
    long opened = 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
    connections += static_cast<int>(opened);
  }

  Task<void> open(std::string url);
  Task<void> wait_for_turn(Server& server, std::optional<Semaphore::Permit>& permit);
  Task<FailureKind> attempt(Server& server, const HttpRequest& request, HttpFetch& fetch,
                            std::optional<std::chrono::seconds>& retry_after);
  Task<HttpFetch> fetch(HttpRequest request);

  EventLoop& loop;
  const HttpOptions options;
  const std::shared_ptr<HostRateLimits> rate_limits;
  const int in_flight;
  const long hosts_at_one_place;  // to libcurl, hosts that --connect-to leads to one place are one host
  CurlMulti multi;
  ExchangeSettings settings;
  Semaphore semaphore;
  std::map<std::string, Server> servers;
  std::vector<EasyHandle> free_handles;
  Backoff backoff;
  bool has_http1 = false;
  int connections = 0;  // opened, and not yet told
};

Task<void> HttpClient::State::open(std::string address) {
  const std::optional<Url> url = parse_url(address);
  if (!url) co_return;
  Server& server_state = server(*url);
  Semaphore::Permit host_permit(server_state.host_limit);
  co_await host_permit;
  if (server_state.is_known) co_return;

  const HttpRequest request{url->text};
  const EasyHandle easy = make_easy();  // a used one would remember an older connection
  HttpExchange exchange(easy.get(), settings, request, false);
  exchange.connect_only();
  CurlMulti::Transfer transfer(multi, easy.get(), options.timeout);
  const CURLcode result = co_await transfer;
  count_connections(easy.get());
  if (result == CURLE_ABORTED_BY_CALLBACK) learn(server_state, !transfer.leaves_connection());
}

/// Until the server may be asked again: with a permit of the semaphore, which is not held while the server wants to be left
/// alone, as others could use it.
Task<void> HttpClient::State::wait_for_turn(Server& server, std::optional<Semaphore::Permit>& permit) {
  while (true) {
    if (const auto remaining = server.limiter.retry_after_remaining(Clock::now()); remaining.count() > 0) {
      permit.reset();
      sleep_for pause(remaining);
      co_await pause;
      continue;
    }
    if (!permit) {
      Semaphore::Permit& place = permit.emplace(semaphore);
      co_await place;
      continue;
    }
    Semaphore::Permit rate_lock(server.rate_mutex);
    co_await rate_lock;
    const Clock::time_point now = Clock::now();
    if (server.limiter.retry_after_remaining(now).count() > 0) continue;
    const Clock::time_point send_at = server.limiter.acquire(rate_limits->rate(), now);
    if (send_at <= now) co_return;
    sleep_for pause(send_at - now);
    co_await pause;
    if (server.limiter.retry_after_remaining(Clock::now()).count() == 0) co_return;
  }
}

/// The failure is also in the HttpFetch.
Task<FailureKind> HttpClient::State::attempt(Server& server, const HttpRequest& request, HttpFetch& fetch,
                                             std::optional<std::chrono::seconds>& retry_after) {
  Semaphore::Permit host_permit(server.host_limit);
  co_await host_permit;
  std::optional<Semaphore::Permit> permit;
  Task<void> waiting = wait_for_turn(server, permit);
  co_await std::move(waiting);

  const BorrowedHandle easy(free_handles);
  HttpExchange exchange(easy.get(), settings, request, server.is_known && !server.is_http1);
  EventLoop::Timer learning;  // by the loop: libcurl, which calls back, takes no new limits observer
  if (!server.is_known)
    exchange.on_request_sent([&](bool is_http1) {
      learning = loop.call_after({}, [this, &server, is_http1] { learn(server, is_http1); });
    });
  CurlMulti::Transfer transfer(multi, easy.get(), options.timeout);
  ++fetch.attempts;
  const Clock::time_point began = Clock::now();
  const CURLcode result = co_await transfer;
  fetch.times.push_back(times_of(easy.get(), began));
  fetch.requests += count_requests(easy.get());
  count_connections(easy.get());

  const FetchFailure failure = fetch.failure = exchange.finish(result);
  HttpResponse& response = exchange.response();
  if (response.status) learn(server, exchange.is_http1());
  server.host_limit.raise_limit(in_flight);
  fetch.bytes += exchange.bytes();
  fetch.connections += std::exchange(connections, 0);
  if (response.status) fetch.status = response.status;
  retry_after.reset();
  if (response.status == 429 || response.status == 503)
    retry_after = parse_retry_after(exchange.retry_after(), std::time(nullptr));
  if (response.status && !asks_for_patience(failure, response.status, retry_after))
    server.limiter.count_answer();
  FailureKind kind{failure, failure == FetchFailure::status ? response.status : long{result}};
  if (failure == FetchFailure::none && response.status == 200 && request.check) {
    if (const Result<void> checked = request.check(response); !checked) {
      kind = {fetch.failure = FetchFailure::rejected};
      fetch.outcome = Error{"GET " + text::excerpt(request.url, max_quoted) + ": " + checked.error().message};
      co_return kind;
    }
  }
  if (failure == FetchFailure::none)
    fetch.outcome = std::move(response);
  else
    fetch.outcome = Error{"GET " + text::excerpt(request.url, max_quoted) + ": " + exchange.explain(options)};
  co_return kind;
}

Task<HttpFetch> HttpClient::State::fetch(HttpRequest request) {
  HttpFetch fetch{Error{}};
  const std::optional<Url> url = parse_url(request.url);
  if (!url) {
    fetch.failure = FetchFailure::url;
    fetch.outcome = Error{"GET " + text::excerpt(request.url, max_quoted) +
                          ": this is no http or https address; check the base URL"};
    co_return fetch;
  }
  request.url = url->text;
  Server& server_state = server(*url);
  RateLimiter& limiter = server_state.limiter;
  std::optional<std::chrono::seconds> retry_after;
  RetryPolicy retry_policy(options.retries);
  int deferrals = 0;
  std::uint64_t answered_before = limiter.answered();
  while (true) {
    Task<FailureKind> one = attempt(server_state, request, fetch, retry_after);
    const FailureKind kind = co_await std::move(one);
    if (!is_transient(fetch.failure, fetch.status)) {
      if (fetch.failure == FetchFailure::none || fetch.failure == FetchFailure::status)
        limiter.record_answer(retry_policy.failures() > 0);
      co_return fetch;
    }
    const bool is_deferred = asks_for_patience(fetch.failure, fetch.status, retry_after);
    const bool is_free = is_deferred && limiter.answered() != answered_before &&
                         ++deferrals <= free_deferrals * options.retries;
    answered_before = limiter.answered();
    if (!is_free) retry_policy.count(kind);
    // The host is left alone for as long as it says, the request waits for as long as its own luck demands.
    const int unlucky = std::max(retry_policy.failures(), 1);
    if (is_deferred)
      limiter.pause_until(rate_limits->rate(),
                          Clock::now() + backoff.delay(retry_after || is_free ? 1 : unlucky, retry_after));

    if (!is_free && !retry_policy.should_retry(limiter.host_is_recovering())) co_return fetch;
    sleep_for pause(backoff.delay(unlucky, retry_after));
    co_await pause;
  }
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
