#include "farm/run_settings.hpp"

#include "net/url.hpp"
#include "system/sandbox.hpp"

#include <optional>

namespace spritefarm::farm {

void set_base_url(cli::Options& options, const std::string& url) {
  options.base_url = url;
  const std::optional<net::Url> parsed = net::parse_url(url);
  options.http.home = parsed ? parsed->origin() : "";
}

RunSettings settings_of(const cli::Options& options) {
  const bool has_processes = options.mode == cli::Mode::processes;
  const bool is_cluster = options.mode == cli::Mode::cluster;
  return {
      .executors = {.mode = options.mode,
                    .workers = options.workers,
                    .concurrency = options.concurrency,
                    .transport = options.transport,
                    .hosts = {.rate = net::Rate::polite(options.rate),
                              .bytes_per_second = options.bytes_per_second,
                              .max_absence = options.retry_max_time,
                              .clients = options.workers,
                              .is_adaptive = options.is_adaptive,
                              .is_rate_whole = options.is_rate_per_node},
                    .confines_workers = options.confines_workers,
                    .base_url = options.base_url,
                    .broker = options.broker,
                    .group = options.group,
                    .ssh_hosts = options.ssh_hosts},
      .worker = {.http = options.http,
                 .sprite_keys = options.sprite_keys,
                 .selector = options.selector,
                 .path_template = options.path_template,
                 .output = options.output,
                 .dry_run = options.dry_run,
                 .server_times = options.server_times,
                 .compute = options.compute,
                 .remembers = options.remember,
                 .times = !options.trace.empty()},
      .coordinator = {.selection = {.pokemon = options.pokemon,
                                    .groups = {options.types, options.generations},
                                    .index = options.index,
                                    .shard = options.shard,
                                    .base_url = options.base_url},
                      .cache = {.remember = options.remember,
                                .refresh = options.refresh,
                                .verify = options.verify,
                                .server_times = options.server_times,
                                .output = options.output,
                                .ledger = options.ledger,
                                .shard = options.shard,
                                .base_url = options.base_url,
                                .selector = options.selector,
                                .path_template = options.path_template},
                      .forecast = {.sprite_keys = options.sprite_keys,
                                   .base_url = options.base_url,
                                   .rate = options.rate,
                                   .dry_run = options.dry_run,
                                   .are_named = !options.pokemon.empty()}},
      .report = {.mode = cli::to_string(options.mode),
                 .workers = options.workers,
                 .concurrency = options.concurrency,
                 .transport = has_processes ? cli::to_string(options.transport)
                              : is_cluster  ? "amqp"
                                            : "none",
                 .sandbox = is_cluster                 ? "of the nodes"
                            : !has_processes           ? "none"
                            : options.confines_workers ? system::sandbox_support().text()
                                                       : "off",
                 .dry_run = options.dry_run,
                 .is_cluster = is_cluster},
  };
}

}  // namespace spritefarm::farm
