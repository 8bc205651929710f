#pragma once

#include "bench/bench_results.hpp"
#include "bench/environment.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// One JSON object and a newline.
std::string bench_json(const BenchOptions& options, const std::vector<ActRuns>& acts,
                       const Environment& environment);
/// A self-contained HTML document that draws the result of bench_json().
std::string bench_page(const std::string& json);
/// The table and the conclusion of each act in Markdown.
std::string bench_markdown(const BenchOptions& options, const std::vector<ActRuns>& acts,
                           const Environment& environment);
/// A line for each configuration of each act.
std::string bench_csv(const std::vector<ActRuns>& acts);

}  // namespace spritefarm::bench
