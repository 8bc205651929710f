#include "farm/node_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <utility>

namespace spritefarm::farm {

NodeSettings node_settings(const WorkerSettings& worker, const net::HostTable::Settings& hosts) {
  const net::HttpOptions& http = worker.http;
  return {.http = {.connect_to = http.connect_to,
                   .proxy = http.proxy,
                   .proxy_credentials = http.proxy_credentials,
                   .noproxy = http.noproxy,
                   .user_agent = http.user_agent,
                   .headers = http.headers,
                   .home = http.home,
                   .credentials = http.credentials,
                   .allow_private = http.allow_private,
                   .timeout = http.timeout,
                   .retries = http.retries},
          .limits = {.requests_per_second = hosts.rate.per_second,
                     .burst = hosts.rate.burst,
                     .bytes_per_second = hosts.bytes_per_second,
                     .max_absence = hosts.max_absence,
                     .is_adaptive = hosts.is_adaptive,
                     .is_rate_whole = hosts.is_rate_whole},
          .sprite_keys = worker.sprite_keys,
          .path_template = worker.path_template.text(),
          .dry_run = worker.dry_run,
          .server_times = worker.server_times,
          .compute = worker.compute,
          .remembers = worker.remembers};
}

Result<WorkerSettings> worker_settings(const NodeSettings& settings, std::uint64_t run,
                                       const NodeContext& context) {
  Result<pokeapi::Selector> selector =
      pokeapi::Selector::parse(fmt::format("{}", fmt::join(settings.sprite_keys, ",")));
  if (!selector) return selector.error();
  Result<text::OutputTemplate> path_template = text::OutputTemplate::parse(settings.path_template);
  if (!path_template) return path_template.error();
  const NodeSettings::Http& http = settings.http;
  const NodeSettings::Limits& limits = settings.limits;
  const net::HostTable::Settings hosts{
      .rate = {.per_second = limits.requests_per_second, .burst = std::max(limits.burst, 1)},
      .bytes_per_second = limits.bytes_per_second,
      .max_absence = limits.max_absence,
      .clients = context.workers,
      .is_adaptive = limits.is_adaptive,
      .run = run,
      .is_rate_whole = limits.is_rate_whole};
  return WorkerSettings{.http = {.connect_to = http.connect_to,
                                 .ca_file = context.certificates.ca_file,
                                 .ca_directory = context.certificates.ca_directory,
                                 .is_ca_directory_alone = context.certificates.is_ca_directory_alone,
                                 .proxy = http.proxy,
                                 .proxy_credentials = http.proxy_credentials,
                                 .noproxy = http.noproxy,
                                 .user_agent = http.user_agent,
                                 .headers = http.headers,
                                 .home = http.home,
                                 .credentials = http.credentials,
                                 .allow_private = http.allow_private,
                                 .timeout = http.timeout,
                                 .in_flight = context.concurrency,
                                 .retries = http.retries,
                                 .hosts = std::make_shared<net::HostTable>(hosts, *context.hosts)},
                        .sprite_keys = settings.sprite_keys,
                        .selector = *std::move(selector),
                        .path_template = *std::move(path_template),
                        .dry_run = settings.dry_run,
                        .server_times = settings.server_times,
                        .compute = settings.compute,
                        .remembers = settings.remembers,
                        .sends_files = true};
}

}  // namespace spritefarm::farm
