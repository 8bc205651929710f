#include "bench/cpython_run.hpp"

#include "cli/exit_status.hpp"
#include "system/atomic_file.hpp"
#include "system/directory.hpp"
#include "system/program_run.hpp"
#include "system/temporary_directory.hpp"
#include "text/json_writer.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string_view>

namespace spritefarm::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view script =
#include "bench/cpython_pools.py.inc"
    ;

/// What the script is to do. The sprites of a pokémon follow one another.
std::string plan_of(const Configuration& configuration, const Act& act,
                    const std::vector<SpriteSource>& sprites, const std::string& output) {
  text::JsonWriter json;
  json.begin_object().key("mode").value(cli::to_string(configuration.mode));
  json.key("workers").value(configuration.workers);
  json.key("cpu_seconds").value(std::chrono::duration<double>(act.compute).count());
  json.key("pokemon").begin_list();
  for (std::size_t i = 0; i < sprites.size();) {
    const std::string& url = sprites[i].record_url;
    json.begin_object().key("url").value(url).key("name").value(sprites[i].pokemon);
    json.key("sprites").begin_list();
    for (; i < sprites.size() && sprites[i].record_url == url; ++i)
      json.begin_list().value(sprites[i].key).value(output + "/" + sprites[i].path).end_list();
    json.end_list().end_object();
  }
  return json.end_list().end_object().text();
}

/// The result that the script has written. Metrics without sprites if it cannot be read.
RunMetrics metrics_of(const std::string& path, Clock::time_point begin) {
  RunMetrics metrics;
  RunTimes times(begin);
  std::ifstream file(path);
  std::getline(file, metrics.cpython_version);
  double call_begin = 0, record = 0, image = 0, end = 0, max_end = 0;
  std::uint64_t bytes = 0;
  int worker = 0;
  for (std::string name; file >> worker >> call_begin >> record >> image >> end >> bytes && file.get() &&
                         std::getline(file, name);) {
    const auto time = [](double seconds) {
      return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
    };
    times.add({worker, time(call_begin), time(end), time(record), time(image), name});
    max_end = std::max(max_end, end);
    metrics.bytes += bytes;
    ++metrics.downloaded;
  }
  metrics.selected = metrics.downloaded;
  metrics.seconds = max_end - std::chrono::duration<double>(begin.time_since_epoch()).count();
  metrics.start_ms = times.start_ms();
  metrics.sprite_ms = times.sprite_ms();
  metrics.spans = times.spans();
  return metrics;
}

}  // namespace

Measured<RunMetrics> run_in_cpython(const std::string& python, const Configuration& configuration,
                                    const Act& act, const std::vector<SpriteSource>& sprites,
                                    std::uint64_t bytes, const Observer& observer) {
  const system::TemporaryDirectory output, work;
  const system::Directory folder = system::Directory::open(work.path());
  const std::string program = work.path() + "/pools.py", plan = work.path() + "/plan.json",
                    result = work.path() + "/result";
  system::replace_file(folder, "pools.py", script);
  system::replace_file(folder, "plan.json", plan_of(configuration, act, sprites, output.path()));
  const auto begin = Clock::now();
  Measured<RunMetrics> measured = measure_in_child<RunMetrics>(
      [&](const auto& send_metrics) {
        if (const int status = system::run_program({python, program, plan, result}); status != 0)
          throw std::runtime_error(fmt::format("{} failed with status {}", python, status));
        send_metrics(metrics_of(result, begin));
      },
      observer);
  if (measured.metrics.downloaded != sprites.size() || measured.metrics.bytes != bytes)
    throw IncompleteRun("CPython has not made the same files", cli::some_failed);
  return measured;
}

}  // namespace spritefarm::bench
