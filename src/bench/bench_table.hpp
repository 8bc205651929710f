#pragma once

#include "bench/bench_results.hpp"
#include "bench/text_table.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// What was measured in an act, in a line without a newline.
std::string act_title(const BenchOptions& options, const ActRuns& act);
/// The medians of each configuration, with the range of the rounds.
TextTable metric_table(const ActRuns& act);
/// Title, table and conclusion of each act, and what the columns mean. No line is wider than `max_width`,
/// which 0 does not limit.
std::string bench_table(const BenchOptions& options, const std::vector<ActRuns>& acts,
                        std::size_t max_width = 0);
/// A bar chart for a terminal of this width.
std::string bench_chart(const ActRuns& act, std::size_t max_width = 80);

}  // namespace spritefarm::bench
