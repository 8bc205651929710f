#pragma once

#include "bench/bench_options.hpp"
#include "bench/crew_run.hpp"
#include "bench/run_facts.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace spritefarm::bench {

/// All that a crew's runs measured.
struct CrewRuns {
  Crew crew;
  std::size_t peak_memory = 0;  ///< in bytes: see system::proportional_memory_of_tree()
  std::vector<Measured<RunFigures>> rounds;
};

/// For people: medians, with the least and the most of the rounds.
std::string bench_table(const BenchOptions& options, const std::vector<CrewRuns>& runs);
/// For people at a terminal: a bar for each crew.
std::string bench_chart(const std::vector<CrewRuns>& runs);
/// One JSON object, with a newline at its end.
std::string bench_json(const BenchOptions& options, const std::vector<CrewRuns>& runs, const RunFacts& facts);
/// What bench_json() gives, as an HTML document that draws it and needs nothing else.
std::string bench_page(const std::string& json);

}  // namespace spritefarm::bench
