#include "mirror/mirror.hpp"

#include "mirror/entity_tag.hpp"
#include "mirror/folder_site.hpp"
#include "mirror/generated_site.hpp"
#include "mirror/gzip.hpp"
#include "mirror/seeded_random.hpp"
#include "mirror/suspended_connections.hpp"
#include "mirror/wire_response.hpp"
#include "system/loopback_listener.hpp"

#include <fmt/format.h>
#include <microhttpd.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <string_view>
#include <thread>

namespace spritefarm::mirror {

namespace {

struct StopDaemon {
  void operator()(MHD_Daemon* daemon) const noexcept { MHD_stop_daemon(daemon); }
};

// One request, from its first line to the end of its response. libmicrohttpd stores the pointer to it.
struct Exchange {
  std::string target;  // path and query as received
  bool complete = false;
  bool delayed = false;
};

SharedAnswer plain_answer(unsigned status, std::string text) {
  return std::make_shared<const Answer>(
      Answer{status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text), {}});
}

SharedAnswer garbage_answer(const Answer& instead_of, std::string_view target) {
  auto answer = std::make_shared<Answer>();
  answer->headers = {instead_of.headers.front()};  // Content-Type
  SeededRandom random("garbage " + std::string(target));
  for (std::size_t i = 0; i < std::max<std::size_t>(instead_of.body.size(), 64); ++i) {
    answer->body += static_cast<char>(random.next() & 0xff);
  }
  return answer;
}

SharedAnswer html_answer() {
  return std::make_shared<const Answer>(Answer{
      200,
      {{"Content-Type", "text/html; charset=utf-8"}, {"Content-Security-Policy", "default-src 'none'"}},
      "<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n"
      "<body><h1>Welcome to the guest network</h1></body></html>\n",
      {}});
}

bool is_host(std::string_view text) {
  return !text.empty() && text.size() < 256 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]") ==
             text.npos;
}

std::unique_ptr<Site> make_site(const MirrorOptions& options) {
  if (options.root.empty()) return std::make_unique<GeneratedSite>(options.count);
  return std::make_unique<FolderSite>(options.root);
}

}  // namespace

struct Mirror::State {
  explicit State(const MirrorOptions& options)
      : site(make_site(options)), faults(options.faults, options.seed), latency(options.latency) {
    posix::Fd listener = system::listen_on_loopback(options.port);
    origin = fmt::format("http://127.0.0.1:{}", system::local_port(listener.get()));
    constexpr unsigned connections = 1024;
    const unsigned threads = std::clamp(std::thread::hardware_concurrency(), 2U, 4U);
    daemon.reset(MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME, 0, nullptr, nullptr,
                                  &on_request, this, MHD_OPTION_LISTEN_SOCKET, listener.get(),
                                  MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT,
                                  connections, MHD_OPTION_URI_LOG_CALLBACK, &on_target, this,
                                  MHD_OPTION_NOTIFY_COMPLETED, &on_completed, this, MHD_OPTION_END));
    if (!daemon) throw std::runtime_error(fmt::format("{}: libmicrohttpd cannot start a server", origin));
    (void)listener.release();  // the daemon closes it
  }
  ~State() { pauses.stop(); }  // before the daemon stops

  static void* on_target(void*, const char* target, MHD_Connection*) { return new Exchange{target}; }

  static void on_completed(void*, MHD_Connection*, void** exchange, MHD_RequestTerminationCode) {
    delete static_cast<Exchange*>(*exchange);
    *exchange = nullptr;
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path, const char* method,
                               const char*, const char*, std::size_t* upload_size, void** exchange) {
    try {
      return static_cast<State*>(self)->serve(connection, path, method, upload_size,
                                              *static_cast<Exchange*>(*exchange));
    } catch (const std::exception& failure) {
      return queue(connection, 500, whole_response(plain_answer(500, failure.what())));
    }
  }

  static MHD_Result queue(MHD_Connection* connection, unsigned status, const WireResponse& response) {
    return MHD_queue_response(connection, status, response.get());
  }

  MHD_Result serve(MHD_Connection* connection, std::string_view path, std::string_view method,
                   std::size_t* upload_size, Exchange& exchange) {
    // libmicrohttpd calls this after the headers, for each part of a request body, and at the end.
    if (!std::exchange(exchange.complete, true)) return MHD_YES;
    if (*upload_size != 0) {
      *upload_size = 0;
      return MHD_YES;
    }
    if (latency.count() > 0 && !std::exchange(exchange.delayed, true) && pauses.pause(connection, latency)) {
      return MHD_YES;
    }
    if (method != "GET" && method != "HEAD") {
      const auto refusal = std::make_shared<const Answer>(Answer{405, {{"Allow", "GET, HEAD"}}, {}, {}});
      return queue(connection, 405, whole_response(refusal));
    }
    return respond(connection, make_request(connection, path, exchange), exchange.target);
  }

  Request make_request(MHD_Connection* connection, std::string_view path, const Exchange& exchange) const {
    const auto header = [&](const char* name) {
      const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
      return std::string_view(value == nullptr ? "" : value);
    };
    const std::string_view host = header("Host");
    const std::size_t query = exchange.target.find('?');
    return {.path = std::string(path),
            .query = query == std::string::npos ? "" : exchange.target.substr(query + 1),
            .origin = is_host(host) ? "http://" + std::string(host) : origin,
            .gzip = accepts_gzip(header("Accept-Encoding"))};
  }

  MHD_Result respond(MHD_Connection* connection, const Request& request, std::string_view target) {
    const auto whole = [&](SharedAnswer answer) {
      const unsigned status = answer->status;
      return queue(connection, status, whole_response(std::move(answer)));
    };
    const std::optional<Fault> fault = faults.next(target);
    if (!fault) {
      SharedAnswer answer = site->answer(request);
      const char* known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "If-None-Match");
      if (known != nullptr && !answer->tag.empty() && matches_tag(known, answer->tag)) {
        return queue(connection, 304, not_modified_response(*answer));
      }
      return whole(std::move(answer));
    }
    switch (*fault) {
      case Fault::not_found:
        return whole(not_found());
      case Fault::rate_limit:
        return whole(std::make_shared<const Answer>(Answer{
            403, {{"X-RateLimit-Remaining", "0"}, {"X-RateLimit-Reset", "1"}}, "Rate limit exceeded", {}}));
      case Fault::too_many_requests:
        return whole(
            std::make_shared<const Answer>(Answer{429, {{"Retry-After", "1"}}, "Too Many Requests", {}}));
      case Fault::server_error:
        return whole(plain_answer(500, "Internal Server Error"));
      case Fault::unavailable:
        return whole(plain_answer(503, "Service Unavailable"));
      case Fault::html:
        return whole(html_answer());
      case Fault::garbage:
        return whole(garbage_answer(*site->answer(request), target));
      case Fault::reset:
        system::reset_connection(
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
        return MHD_NO;
      case Fault::truncate:
      case Fault::stall:
        break;
    }
    SharedAnswer answer = site->answer(request);
    const unsigned status = answer->status;
    return queue(connection, status,
                 fault == Fault::truncate ? truncated_response(std::move(answer))
                                          : stalling_response(std::move(answer), connection, pauses));
  }

  std::string origin;
  std::unique_ptr<Site> site;
  FaultPlan faults;
  const std::chrono::milliseconds latency;
  SuspendedConnections pauses;
  std::unique_ptr<MHD_Daemon, StopDaemon> daemon;
};

Mirror::Mirror(const MirrorOptions& options) : m_state(std::make_unique<State>(options)) {}

Mirror::~Mirror() = default;

std::string Mirror::base_url() const {
  return m_state->origin + "/api/v2/";
}

}  // namespace spritefarm::mirror
