#pragma once

#include "bench/bench_results.hpp"

#include <string>
#include <vector>

namespace spritefarm::bench {

/// What the figures of an act say, in sentences: whether waiting or computing decides, how much several
/// workers help, and whether threads, processes and CPython's pools differ. Nothing is ranked whose rounds
/// overlap: see Ratio::is_clear().
std::vector<std::string> conclusion(const ActRuns& act);

}  // namespace spritefarm::bench
