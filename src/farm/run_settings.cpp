#include "farm/run_settings.hpp"

namespace spritefarm::farm {

RunSettings settings_of(const cli::Options& options) {
  const bool has_processes = options.mode == cli::Mode::processes;
  return {
      .executors = {.mode = options.mode,
                    .workers = options.workers,
                    .concurrency = options.concurrency,
                    .transport = options.transport,
                    .rate = options.rate,
                    .base_url = options.base_url},
      .worker = {.http = options.http,
                 .sprite_keys = options.sprite_keys,
                 .selector = options.selector,
                 .path_template = options.path_template,
                 .output = options.output,
                 .dry_run = options.dry_run,
                 .compute = options.compute,
                 .remembers = options.remember,
                 .times = !options.trace.empty()},
      .coordinator = {.selection = {.pokemon = options.pokemon,
                                    .index = options.index,
                                    .shard = options.shard,
                                    .base_url = options.base_url},
                      .cache = {.remember = options.remember,
                                .refresh = options.refresh,
                                .verify = options.verify,
                                .output = options.output,
                                .shard = options.shard,
                                .base_url = options.base_url,
                                .selector = options.selector,
                                .path_template = options.path_template},
                      .forecast = {.sprite_keys = options.sprite_keys,
                                   .base_url = options.base_url,
                                   .rate = options.rate,
                                   .dry_run = options.dry_run}},
      .report = {.mode = cli::to_string(options.mode),
                 .workers = options.workers,
                 .concurrency = options.concurrency,
                 .transport = has_processes ? cli::to_string(options.transport) : "none",
                 .dry_run = options.dry_run},
  };
}

}  // namespace spritefarm::farm
