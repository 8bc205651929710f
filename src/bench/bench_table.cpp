#include "bench/bench_table.hpp"

#include "bench/conclusion.hpp"
#include "bench/metric_text.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace spritefarm::bench {
namespace {

/// Explains the columns of the table.
constexpr struct {
  const char *column, *meaning;
} footnotes[] = {
    {"sprites/s", "sprites per second, from before the process is forked until the last sprite is on disk"},
    {"min–max",
     "sprites/s of the slowest and the fastest round; all other numbers are medians of the rounds"},
    {"speedup", "sprites/s relative to serial"},
    {"p50", "time of one sprite, from the start of its task until its file is on disk; p99 likewise"},
    {"start", "from before the process is forked until the first task starts"},
    {"CPU", "processor time of all processes"},
    {"switches", "context switches of all processes"},
    {"connects", "connections opened"},
    {"requests", "HTTP requests made"},
    {"PSS",
     "peak memory of all processes, shared pages divided among them, measured in a round before the acts"},
};

/// The words with line breaks, so that no line is wider than `max_width`; 0: one line. The first line begins,
/// and the others are indented to begin, in column `indentation`. Ends with a newline.
std::string wrapped(std::string_view words, std::size_t max_width, std::size_t indentation = 0) {
  std::string text;
  std::size_t column = indentation;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const std::size_t width = text::width_of(word);
    if (column > indentation && max_width > 0 && column + 1 + width > max_width) {
      text += "\n" + std::string(indentation, ' ');
      column = indentation;
    } else if (column > indentation) {
      text += ' ';
      ++column;
    }
    text += word;
    column += width;
  }
  return text + "\n";
}

}  // namespace

std::string act_title(const BenchOptions& options, const ActRuns& act) {
  const RunMetrics& first = act.configurations.front().rounds.front().metrics;
  std::string title =
      fmt::format("{} sprites ({} kB)", first.downloaded, brief(static_cast<double>(first.bytes) / 1000));
  title += options.in_flight > 0 ? fmt::format(", {} in flight in all (serial: 1)", options.in_flight)
                                 : ", one in flight in each worker";
  if (act.act.latency.count() > 0) title += fmt::format(", round trip {} ms", act.act.latency.count());
  if (act.act.compute.count() > 0)
    title += fmt::format(", {} ms of CPU time for each", act.act.compute.count());
  const std::size_t rounds = act.configurations.front().rounds.size();
  return title + fmt::format(", {} round{}", rounds, rounds == 1 ? "" : "s");
}

TextTable metric_table(const ActRuns& act) {
  std::vector<std::string> heading{"configuration", "sprites/s", "min–max", "speedup"};
  for (const MetricColumn& column : metric_columns())
    if (column.heading) heading.emplace_back(column.heading);
  heading.emplace_back("PSS MiB");
  TextTable table(std::move(heading));
  for (const ConfigurationRuns& runs : act.configurations) {
    const Samples rates = sprites_per_second(runs);
    std::vector<std::string> row{to_string(runs.configuration), brief(rates.median()), spread(rates),
                                 fmt::format("{:.2f}", ratio_to_serial(act, runs))};
    for (const MetricColumn& column : metric_columns()) {
      if (!column.heading) continue;
      const double median = over(runs.rounds, column.metric).median();
      row.push_back(runs.configuration.is_cpython && median == 0 ? "–" : brief(median));
    }
    row.push_back(brief(static_cast<double>(runs.peak_memory) / (1 << 20)));
    table.add(std::move(row));
  }
  return table;
}

std::string bench_table(const BenchOptions& options, const std::vector<ActRuns>& acts,
                        std::size_t max_width) {
  std::string text, heading;
  for (const ActRuns& act : acts) {
    const std::string table = metric_table(act).text(max_width);
    heading = table.substr(0, table.find('\n'));
    text += wrapped((text.empty() ? "spritefarm bench: " : "then: ") + act_title(options, act), max_width);
    text += "\n" + table + "\n";
    for (const std::string& sentence : conclusion(act)) text += wrapped(sentence, max_width);
    text += "\n";
  }
  for (const auto& footnote : footnotes)
    if (heading.find(footnote.column) != heading.npos) {
      constexpr std::size_t meaning_column = 11;
      text += footnote.column + std::string(meaning_column - text::width_of(footnote.column), ' ') +
              wrapped(footnote.meaning, max_width, meaning_column);
    }
  return text;
}

std::string bench_chart(const ActRuns& act, std::size_t max_width) {
  constexpr const char* parts[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  double max_rate = 0;
  std::size_t max_name = 0;
  for (const ConfigurationRuns& runs : act.configurations) {
    max_rate = std::max(max_rate, sprites_per_second(runs).median());
    max_name = std::max(max_name, text::width_of(to_string(runs.configuration)));
  }
  const double max_columns =
      std::clamp(static_cast<double>(max_width) - static_cast<double>(max_name) - 8, 10.0, 46.0);
  std::string text = "\nsprites/s\n";
  for (const ConfigurationRuns& runs : act.configurations) {
    const double rate = sprites_per_second(runs).median();
    const auto eighths = std::max(1L, std::lround(8 * max_columns * rate / max_rate));
    std::string bar;
    for (long whole = 0; whole < eighths / 8; ++whole) bar += "█";
    const std::string name = to_string(runs.configuration);
    text += name + std::string(max_name - text::width_of(name), ' ') +
            fmt::format(" {}{} {}\n", bar, parts[eighths % 8], brief(rate));
  }
  return text;
}

}  // namespace spritefarm::bench
