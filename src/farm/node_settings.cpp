#include "farm/node_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace spritefarm::farm {
namespace {

// The fields that travel, from the settings of a run to those of a node and back.

template <typename From, typename To>
void copy_http(const From& from, To& to) {
  to.connect_to = from.connect_to;
  to.proxy = from.proxy;
  to.proxy_credentials = from.proxy_credentials;
  to.noproxy = from.noproxy;
  to.user_agent = from.user_agent;
  to.headers = from.headers;
  to.home = from.home;
  to.credentials = from.credentials;
  to.allow_private = from.allow_private;
  to.timeout = from.timeout;
  to.retries = from.retries;
}

template <typename From, typename To>
void copy_limits(const From& from, To& to) {
  to.rate = from.rate;
  to.bytes_per_second = from.bytes_per_second;
  to.max_absence = from.max_absence;
  to.is_adaptive = from.is_adaptive;
  to.is_rate_whole = from.is_rate_whole;
}

template <typename From, typename To>
void copy_work(const From& from, To& to) {
  to.sprite_keys = from.sprite_keys;
  to.dry_run = from.dry_run;
  to.server_times = from.server_times;
  to.compute = from.compute;
  to.remembers = from.remembers;
  to.times = from.times;
}

}  // namespace

NodeSettings node_settings(const WorkerSettings& worker, const net::HostTable::Settings& hosts) {
  NodeSettings settings;
  copy_http(worker.http, settings.http);
  copy_limits(hosts, settings.limits);
  copy_work(worker, settings);
  settings.path_template = worker.path_template.text();
  return settings;
}

Result<WorkerSettings> worker_settings(const NodeSettings& settings, std::uint64_t run,
                                       const NodeContext& context) {
  Result<pokeapi::Selector> selector =
      pokeapi::Selector::parse(fmt::format("{}", fmt::join(settings.sprite_keys, ",")));
  if (!selector) return selector.error();
  Result<text::OutputTemplate> path_template = text::OutputTemplate::parse(settings.path_template);
  if (!path_template) return path_template.error();
  net::HostTable::Settings hosts{.clients = context.workers, .run = run};
  copy_limits(settings.limits, hosts);
  hosts.rate.burst = std::max(hosts.rate.burst, 1);
  WorkerSettings worker{.http = context.certificates,
                        .selector = *std::move(selector),
                        .path_template = *std::move(path_template),
                        .sends_files = true};
  copy_http(settings.http, worker.http);
  copy_work(settings, worker);
  worker.http.in_flight = context.concurrency;
  worker.http.hosts = std::make_shared<net::HostTable>(hosts, *context.hosts);
  return worker;
}

}  // namespace spritefarm::farm
