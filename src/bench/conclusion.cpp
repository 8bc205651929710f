#include "bench/conclusion.hpp"

#include "bench/metric_text.hpp"
#include "bench/ratio.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace spritefarm::bench {
namespace {

using Run = Measured<RunMetrics>;

/// Part of a serial run's time that its processes computed.
double share_of_computing(const ConfigurationRuns& serial) {
  return over(serial.rounds,
              [](const Run& run) {
                return std::chrono::duration<double>(run.end.cpu).count() / run.metrics.seconds;
              })
      .median();
}

/// Part of the sprites' time in a serial run that follows the arrival of their images: the computing of the
/// act, however long it waits for a processor that others use.
double share_after_network(const ConfigurationRuns& serial) {
  return over(serial.rounds,
              [](const Run& run) {
                double after = 0, all = 0;
                for (const SpriteSpan& span : run.metrics.spans) {
                  after += span.end_ms - span.image_ms;
                  all += span.end_ms - span.begin_ms;
                }
                return all > 0 ? after / all : 0;
              })
      .median();
}

bool computing_decides(const ActRuns& act) {
  const ConfigurationRuns& serial = act.configurations.front();
  return share_of_computing(serial) >= 0.5 ||
         (act.act.compute.count() > 0 && share_after_network(serial) >= 0.5);
}

/// Tells that the machine does other work. Empty if it seems not to.
std::string warning_of_noise(const ActRuns& act) {
  const Samples rates = sprites_per_second(act.configurations.front());
  const Ratio to_itself(rates, rates);
  if (!to_itself.has_spread || !to_itself.is_noisy()) return "";
  return fmt::format(
      "The rounds of serial vary by {:.0f} %: measure again while the machine does nothing else.",
      100 * (rates.max() - rates.min()) / rates.median());
}

const ConfigurationRuns* find(const ActRuns& act, cli::Mode mode, int workers, bool is_cpython) {
  for (const ConfigurationRuns& runs : act.configurations) {
    const Configuration& configuration = runs.configuration;
    if (configuration.mode == mode && configuration.workers == workers &&
        configuration.is_cpython == is_cpython)
      return &runs;
  }
  return nullptr;
}

/// The configuration of a mode with most workers; null if the mode was not measured.
const ConfigurationRuns* largest(const ActRuns& act, cli::Mode mode, bool is_cpython) {
  const ConfigurationRuns* result = nullptr;
  for (const ConfigurationRuns& runs : act.configurations)
    if (runs.configuration.mode == mode && runs.configuration.is_cpython == is_cpython &&
        (!result || runs.configuration.workers > result->configuration.workers))
      result = &runs;
  return result;
}

std::string named(const ConfigurationRuns& runs) {
  const Configuration& configuration = runs.configuration;
  const std::string_view one = configuration.mode == cli::Mode::threads ? "thread" : "process";
  const std::string_view mode = configuration.workers == 1 ? one : cli::to_string(configuration.mode);
  return fmt::format("{}{} {}", configuration.is_cpython ? "CPython's " : "", configuration.workers, mode);
}

/// "16 threads are 14.8 ± 0.4 times as fast as 1 thread": with most workers, relative to one, or to serial if
/// one was not measured. Empty if there is nothing to compare.
std::string effect_of_workers(const ActRuns& act, cli::Mode mode, bool is_cpython) {
  const ConfigurationRuns* many = largest(act, mode, is_cpython);
  if (!many || many->configuration.workers == 1) return "";
  const ConfigurationRuns* one = find(act, mode, 1, is_cpython);
  const bool is_serial = one == nullptr && !is_cpython;
  if (is_serial) one = &act.configurations.front();
  if (!one) return "";
  const Ratio ratio(sprites_per_second(*many), sprites_per_second(*one));
  const std::string other = is_serial ? "serial" : "one";
  if (ratio.has_spread && !ratio.is_clear())
    return fmt::format("{} are not {}faster than {}", named(*many), ratio.is_noisy() ? "clearly " : "",
                       other);
  return fmt::format("{} are {} times as fast as {}", named(*many), ratio.text(), other);
}

/// The number of workers beyond which more do not help. Empty if the rounds vary too much to tell.
std::string enough_workers(const ActRuns& act, cli::Mode mode, bool is_cpython) {
  const ConfigurationRuns* many = largest(act, mode, is_cpython);
  if (!many) return "";
  const ConfigurationRuns* enough = many;
  for (const ConfigurationRuns& runs : act.configurations) {
    const Configuration& configuration = runs.configuration;
    if (configuration.mode != mode || configuration.is_cpython != is_cpython ||
        configuration.workers >= enough->configuration.workers)
      continue;
    const Ratio ratio(sprites_per_second(*many), sprites_per_second(runs));
    if (!ratio.is_noisy() && !(ratio.is_clear() && ratio.value > 1)) enough = &runs;
  }
  if (enough == many || enough->configuration.workers == 1) return "";
  return fmt::format("More than {} do not help.", named(*enough));
}

/// Compares two modes at the largest number of workers that both have. Empty if there is none.
std::string difference(const ActRuns& act, cli::Mode mode, bool is_cpython, cli::Mode other_mode,
                       bool other_is_cpython) {
  const ConfigurationRuns *first = nullptr, *second = nullptr;
  for (const ConfigurationRuns& runs : act.configurations) {
    if (runs.configuration.mode != mode || runs.configuration.is_cpython != is_cpython) continue;
    const ConfigurationRuns* other = find(act, other_mode, runs.configuration.workers, other_is_cpython);
    if (other && (!first || runs.configuration.workers > first->configuration.workers))
      first = &runs, second = other;
  }
  if (!first) return "";
  const Ratio ratio(sprites_per_second(*first), sprites_per_second(*second));
  if (!ratio.has_spread) return "";
  if (!ratio.is_clear())
    return fmt::format("{} and {} do not {}differ.", named(*first), named(*second),
                       ratio.is_noisy() ? "clearly " : "");
  if (ratio.value < 1) std::swap(first, second);
  return fmt::format("{} {} {} times as fast as {}.", named(*first),
                     first->configuration.workers == 1 ? "is" : "are",
                     Ratio(sprites_per_second(*first), sprites_per_second(*second)).text(), named(*second));
}

}  // namespace

std::vector<std::string> conclusion(const ActRuns& act) {
  using enum cli::Mode;
  std::vector<std::string> sentences;
  const auto add = [&sentences](const std::string& sentence) {
    if (!sentence.empty()) sentences.push_back(sentence);
  };
  const bool computes = computing_decides(act);
  std::string beginning = computes ? "Computing decides here: " : "Waiting decides here: ";
  for (const bool is_cpython : {false, true}) {
    const std::string by_threads = effect_of_workers(act, threads, is_cpython),
                      by_processes = effect_of_workers(act, processes, is_cpython);
    if (by_threads.empty() && by_processes.empty()) continue;
    const char* link = by_threads.empty() || by_processes.empty() ? "" : ", ";
    add(beginning + by_threads + link + by_processes + ".");
    beginning.clear();
    if (computes && is_cpython && by_threads.ends_with("not faster than one"))
      add("CPython's GIL lets one thread compute at a time.");
    add(enough_workers(act, processes, is_cpython));
    add(difference(act, threads, is_cpython, processes, is_cpython));
  }
  add(difference(act, threads, false, threads, true));
  add(difference(act, processes, false, processes, true));
  add(warning_of_noise(act));
  if (act.configurations.front().rounds.size() < 3)
    add("Fewer than 3 rounds show no spread, so nothing is ranked: use --rounds 3 or more.");
  return sentences;
}

}  // namespace spritefarm::bench
