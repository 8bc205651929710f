#include "net/http_client.hpp"

#include "base/fnv1a.hpp"
#include "net/attempt_verdict.hpp"
#include "net/backoff.hpp"
#include "net/body_budget.hpp"
#include "net/curl_handles.hpp"
#include "net/curl_multi.hpp"
#include "net/http_exchange.hpp"
#include "net/semaphore.hpp"
#include "net/stall_watch.hpp"
#include "net/url.hpp"
#include "text/printable_text.hpp"

#include <algorithm>
#include <ctime>
#include <map>
#include <utility>

// The path of a request:
//
//   fetch()         parses the URL and finds the Server; makes attempts until one succeeds or fails for
//                   good, or there have been too many; sleeps between them (Backoff)
//   attempt()       takes a permit of the host, then calls the others below
//   wait_to_send()  waits for the host (Availability), a permit of the client and the rate limiter
//   HttpExchange    sets the options of the transfer and collects the response
//   CurlMulti       performs the transfer, until StallWatch ends it
//   judge()         tells the Host the outcome and decides what comes next

namespace spritefarm::net {
namespace {

using Clock = EventLoop::Clock;
using Protocol = ConcurrencyLimit::Protocol;
using std::chrono::milliseconds;

constexpr int max_streams = 100;  // of one HTTP/2 connection
// How long other workers may take to tell that a host is back.
constexpr milliseconds max_sleep{250};
// A probe that takes longer than the timeout and this is taken to be lost.
constexpr std::chrono::seconds probe_patience{10};

// The memory of the bodies that all clients receive at the same time; at least one large body for each.
constexpr std::size_t max_bodies = 64 << 20, min_bodies_of_client = 8 << 20;

/// The state of one origin in one client. Until its HTTP version is known, one permit is granted: the first
/// transfer opens the connection and the others wait. libcurl alone would either open a connection for each
/// transfer or make all of them wait for the first connection, and cannot know which is right.
struct Server {
  Server(EventLoop& loop, Host& shared, int limit, bool only_http1)
      : host(shared),
        permits(loop, limit),
        send_mutex(loop, 1),
        version_known(only_http1),
        is_http1(only_http1) {}

  [[nodiscard]] Protocol protocol() const { return is_http1 ? Protocol::http1 : Protocol::http2; }

  Host& host;
  Semaphore permits;     // its limit is this client's share of the host's ConcurrencyLimit
  Semaphore send_mutex;  // held by the request that is sent next, while it waits for the host
  HostTraffic traffic;
  bool version_known;
  bool is_http1;
};

/// Counts a transfer as in flight.
class InFlight {
 public:
  explicit InFlight(HostTraffic& traffic) : m_traffic(traffic) { ++m_traffic.in_flight; }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  ~InFlight() { --m_traffic.in_flight; }

 private:
  HostTraffic& m_traffic;
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

/// How wait_to_send() has ended.
enum class Departure { send, probe, given_up };

/// The times of a finished transfer. `times` has those of the wait before it.
AttemptTimes attempt_times(CURL* easy, Clock::time_point began, AttemptTimes times) {
  times.began = began.time_since_epoch();
  times.ended = Clock::now().time_since_epoch();
  const auto when = [&](CURLINFO what) {
    curl_off_t passed = 0;
    curl_easy_getinfo(easy, what, &passed);
    return passed > 0 ? std::min(times.began + std::chrono::microseconds(passed), times.ended) : times.ended;
  };
  times.sent = when(CURLINFO_PRETRANSFER_TIME_T);
  times.answered = std::max(times.sent, when(CURLINFO_STARTTRANSFER_TIME_T));
  long opened = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
  times.is_reused = opened == 0;
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
        hosts(options.hosts ? options.hosts : std::make_shared<HostTable>(HostTable::Settings{})),
        max_in_flight(std::max(options.in_flight, 1)),
        multi(loop),
        settings(options, *hosts),
        client_limit(loop, max_in_flight),
        bodies(std::max(max_bodies / static_cast<std::size_t>(std::max(hosts->settings().clients, 1)),
                        min_bodies_of_client)) {
    multi.limit_idle_connections(2L * max_in_flight);
  }

  /// The Server of a URL, created at its first request. A server without TLS speaks HTTP/1.1 only.
  Server& server(const Url& url) {
    const bool only_http1 = url.scheme == "http";
    const std::string origin = url.origin();
    Host& host = hosts->host(origin);
    const auto [found, is_new] =
        servers.try_emplace(origin, loop, host, only_http1 ? share(host, Protocol::http1) : 1, only_http1);
    if (is_new) limit_connections();
    return found->second;
  }

  /// libcurl has one limit of connections for each address to which it connects. Any number of hosts can
  /// share one: behind a proxy, or by --connect-to. Below the sum of what they need, they would close each
  /// other's connections. An HTTP/2 host gets no more connections than it needs all the same, because
  /// transfers wait for an existing one (CURLOPT_PIPEWAIT), and an HTTP/1.1 host no more than it has permits.
  void limit_connections() {
    long sum = 0;
    for (const auto& [origin, server] : servers) sum += server.is_http1 ? max_in_flight : http2_connections();
    multi.limit_host_connections(sum);
  }

  /// A client asks two hosts, so half of its requests are for each. A further connection costs a handshake.
  [[nodiscard]] int http2_connections() const { return std::max(max_in_flight / (2 * max_streams), 1); }

  [[nodiscard]] int share(const Host& host, Protocol protocol) const {
    const int max = protocol == Protocol::http1 ? max_in_flight
                                                : std::min(max_in_flight, max_streams * http2_connections());
    if (!hosts->settings().is_adaptive) return max;
    return std::min(host.concurrency.share(protocol, hosts->settings().clients), max);
  }
  void adapt(Server& server) { server.permits.set_limit(share(server.host, server.protocol())); }

  void set_version(Server& server, bool is_http1) {
    server.version_known = true;
    if (std::exchange(server.is_http1, is_http1) != is_http1) limit_connections();
    adapt(server);
  }

  /// Adds the times, requests and connections of a finished transfer to `fetch`.
  void record_transfer(CURL* easy, Clock::time_point began, const AttemptTimes& wait, HttpFetch& fetch) {
    fetch.times.push_back(attempt_times(easy, began, wait));
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
    for (long i = 0; last && i < redirects; ++i) (void)hosts->acquire(server(*last).host, Clock::now());
    return 1 + static_cast<int>(redirects);
  }

  void count_connections(CURL* easy) {
    long opened = 0;
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &opened);
    unreported_connections += static_cast<int>(opened);
  }

  struct Connected {
    CURLcode result;
    bool is_kept;  ///< the connection stays open for a request
  };

  Task<void> open(std::string url);
  Task<Connected> connect(Server& server_state, Url url);
  Task<bool> learn_home();
  Task<HttpFetch> fetch(HttpRequest request);
  Task<Verdict> attempt(Server& server, const HttpRequest& request, HttpFetch& fetch);
  Task<Departure> wait_to_send(Server& server, std::optional<Semaphore::Permit>& client_permit,
                               AttemptTimes& wait);
  bool take_bytes(Server& server, StallWatch& watch, std::size_t bytes, CURL* easy,
                  EventLoop::Timer& unpausing);
  Verdict evaluate(Server& server, const HttpRequest& request, HttpExchange& exchange, AttemptOutcome outcome,
                   HttpFetch& fetch);

  EventLoop& loop;
  const HttpOptions options;
  const std::shared_ptr<HostTable> hosts;
  const int max_in_flight;
  CurlMulti multi;
  ExchangeSettings settings;
  Semaphore client_limit;  // attempts of this client, to all hosts
  BodyBudget bodies;
  std::map<std::string, Server> servers;
  std::vector<EasyHandle> idle_handles;
  Backoff backoff;
  int unreported_connections = 0;  // opened, but not yet added to an HttpFetch
};

Task<void> HttpClient::State::open(std::string address) {
  const std::optional<Url> url = parse_url(address);
  if (!url) co_return;
  Server& server_state = server(*url);
  Semaphore::Permit host_permit(server_state.permits);
  co_await host_permit;
  if (server_state.version_known) co_return;
  Task<Connected> connecting = connect(server_state, *url);
  const Connected connected = co_await std::move(connecting);
  if (connected.result == CURLE_ABORTED_BY_CALLBACK) set_version(server_state, !connected.is_kept);
}

/// Connects to a server and sends no request.
Task<HttpClient::State::Connected> HttpClient::State::connect(Server& server_state, Url url) {
  const HttpRequest request{url.text};
  const EasyHandle easy = make_easy();  // a used handle would report an older connection
  HttpExchange exchange(easy.get(), settings, request, false);
  exchange.connect_only();
  StallWatch watch(options.timeout, Clock::now(), server_state.traffic);
  CurlMulti::Transfer transfer(multi, easy.get(), [&](Clock::time_point now, std::chrono::nanoseconds pause) {
    watch.on_pause(pause);
    return watch.next_check(now, server_state.traffic, server_state.host.last_byte());
  });
  const CURLcode result = co_await transfer;
  count_connections(easy.get());
  co_return Connected{result, transfer.leaves_connection()};
}

/// Connects to the API if no request of this run has. Whether the address of a forbidden peer is allowed now.
Task<bool> HttpClient::State::learn_home() {
  const std::optional<Url> home = parse_url(options.home);
  if (!home || !settings.guard.must_learn()) co_return false;
  Task<Connected> connecting = connect(server(*home), *home);
  co_await std::move(connecting);
  co_return hosts->home() == HomeNetwork::local;
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
  int failures = 0;
  while (true) {
    switch (co_await attempt(server_state, request, fetch)) {
      case Verdict::success:
        co_return fetch;
      case Verdict::final: {
        if (fetch.failure != FetchFailure::forbidden) co_return fetch;
        Task<bool> learning = learn_home();
        if (!co_await std::move(learning)) co_return fetch;
        break;
      }
      case Verdict::put_off:
        break;
      case Verdict::failed: {
        if (++failures > options.retries) co_return fetch;
        request.decoded = fetch.failure != FetchFailure::encoding;  // a server may declare it in error
        sleep_for delay(backoff.delay(failures));
        co_await delay;
        break;
      }
      case Verdict::given_up:
        if (fetch.failure == FetchFailure::none) fetch.failure = FetchFailure::absent;
        fetch.outcome = error_of(
            request, reason_of_absence(server_state.host, hosts->settings(), url->host, Clock::now()));
        co_return fetch;
    }
  }
}

/// Makes one attempt and records it, with its outcome, in `fetch`.
Task<Verdict> HttpClient::State::attempt(Server& server, const HttpRequest& request, HttpFetch& fetch) {
  AttemptTimes wait{.queued = Clock::now().time_since_epoch()};
  Semaphore::Permit host_permit(server.permits);
  co_await host_permit;
  std::optional<Semaphore::Permit> client_permit;
  const Departure departure = co_await wait_to_send(server, client_permit, wait);
  if (departure == Departure::given_up) co_return Verdict::given_up;
  const bool is_probe = departure == Departure::probe;

  const BorrowedHandle easy(idle_handles);
  HttpExchange exchange(easy.get(), settings, request, server.version_known && !server.is_http1);
  // A connection that was open before the absence may lead nowhere.
  if (is_probe || fetch.failure == FetchFailure::timeout) exchange.use_new_connection();
  // A timer, because libcurl accepts no new connection limits inside its callbacks.
  EventLoop::Timer version_timer, unpausing, resuming;
  if (!server.version_known)
    exchange.on_request_sent([&](bool is_http1) {
      version_timer = loop.call_after({}, [this, &server, is_http1] { set_version(server, is_http1); });
    });
  const InFlight in_flight(server.traffic);
  const Clock::time_point began = Clock::now();
  StallWatch watch(options.timeout, began, server.traffic);
  exchange.on_bytes(
      [&](std::size_t bytes) { return take_bytes(server, watch, bytes, easy.get(), unpausing); });
  BodyBudget::Share share(bodies, [&] {
    resuming = loop.call_after({}, [&] {
      watch.on_bytes(0, Clock::now(), server.traffic);
      multi.unpause(easy.get());
    });
  });
  exchange.on_growth([&](std::size_t size) { return share.grow_to(size); });
  CurlMulti::Transfer transfer(multi, easy.get(), [&](Clock::time_point now, std::chrono::nanoseconds pause) {
    watch.on_pause(pause);
    if (share.is_waiting()) watch.on_bytes(0, now, server.traffic);  // it waits for us, not for the host
    return watch.next_check(now, server.traffic, server.host.last_byte());
  });
  ++fetch.attempts;
  const std::uint64_t answers_before = server.host.availability.answers();
  const CURLcode result = co_await transfer;
  record_transfer(easy.get(), began, wait, fetch);
  AttemptOutcome outcome;
  outcome.failure = exchange.finish(result);
  outcome.answers_before = answers_before;
  outcome.is_probe = is_probe;
  co_return evaluate(server, request, exchange, std::move(outcome), fetch);
}

/// Waits until a request may be sent to the server, and takes a permit of the client. A request does not hold
/// the permit while the host is away, so that requests to other hosts can use it.
Task<Departure> HttpClient::State::wait_to_send(Server& server,
                                                std::optional<Semaphore::Permit>& client_permit,
                                                AttemptTimes& wait) {
  using Standing = Availability::State;
  Availability& availability = server.host.availability;
  const auto max_absence = hosts->settings().max_absence;
  Semaphore::Permit send_lock(server.send_mutex);
  co_await send_lock;
  while (true) {
    const Clock::time_point now = Clock::now();
    const Availability::Status status = availability.status(now, max_absence);
    if (status.state == Standing::given_up) co_return Departure::given_up;
    if (status.state == Standing::away) {
      client_permit.reset();
      if (wait.away_since.count() == 0) wait.away_since = now.time_since_epoch();
      sleep_for pause(std::min<Clock::duration>(status.next_probe - now, max_sleep));
      co_await pause;
      wait.away_until = Clock::now().time_since_epoch();
      continue;
    }
    if (!client_permit) {
      Semaphore::Permit& permit = client_permit.emplace(client_limit);
      co_await permit;
      continue;
    }
    const std::optional<Clock::time_point> send_at = hosts->acquire(server.host, now);
    if (!send_at) {
      client_permit.reset();
      sleep_for delay(max_sleep);
      co_await delay;
      continue;
    }
    if (*send_at > now) {
      sleep_for delay(*send_at - now);
      co_await delay;
    }
    const Clock::time_point departure = Clock::now();
    const Standing state = availability.status(departure, max_absence).state;
    if (state == Standing::available) co_return Departure::send;
    if (state == Standing::probing && availability.claim_probe(departure, options.timeout + probe_patience))
      co_return Departure::probe;
  }
}

/// Called with each part of a response. False if --limit-rate delays it.
bool HttpClient::State::take_bytes(Server& server, StallWatch& watch, std::size_t bytes, CURL* easy,
                                   EventLoop::Timer& unpausing) {
  const Clock::time_point now = Clock::now();
  server.traffic.last_byte = now;
  server.host.set_last_byte(now);
  watch.on_bytes(bytes, now, server.traffic);
  if (bytes == 0) return true;  // a part that comes again
  const Clock::time_point take_at = hosts->take_bytes(static_cast<std::int64_t>(bytes), now);
  if (take_at <= now) return true;
  unpausing = loop.call_after(take_at - now, [this, easy] { multi.unpause(easy); });
  return false;
}

/// Evaluates a finished transfer: sets the outcome of `fetch`, and tells the Server and its Host.
Verdict HttpClient::State::evaluate(Server& server, const HttpRequest& request, HttpExchange& exchange,
                                    AttemptOutcome outcome, HttpFetch& fetch) {
  HttpResponse& response = exchange.response();
  fetch.bytes += exchange.bytes();
  fetch.times.back().bytes = exchange.bytes();
  fetch.times.back().status = response.status;
  if (response.status) {
    fetch.status = response.status;
    ++server.traffic.completed;
    if (!server.version_known || server.is_http1 != exchange.is_http1())
      set_version(server, exchange.is_http1());
  }
  Result<void> checked;
  if (outcome.failure != FetchFailure::none) {
    checked = Error{exchange.explain(options)};
  } else if (response.status == 200 && request.check) {
    checked = request.check(response);
    if (!checked) outcome.failure = FetchFailure::rejected;
  }
  fetch.failure = outcome.failure;
  if (!checked) {
    outcome.reason = checked.error().message;
    fetch.outcome = error_of(request, outcome.reason);
  }
  outcome.status = response.status;
  outcome.pause = requested_pause(response.status, exchange.pause_headers(), std::time(nullptr));
  outcome.request = std::max<std::uint64_t>(fnv1a(request.url), 1);
  outcome.is_share_in_use = server.permits.is_exhausted();
  outcome.protocol = server.protocol();
  outcome.times = fetch.times.back();
  const bool was_paused =
      server.host.availability.status(Clock::now(), hosts->settings().max_absence).has_asked;
  const Verdict verdict = judge(server.host, hosts->settings(), options.retries, outcome, Clock::now());
  if (was_paused && outcome.is_probe && outcome.status != 0 && !outcome.pause.is_throttled)
    hosts->resume_at(server.host, Clock::now());
  if (checked) fetch.outcome = std::move(response);
  adapt(server);
  return verdict;
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
