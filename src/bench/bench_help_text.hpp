#pragma once

#include "cli/help_page.hpp"

namespace spritefarm::bench {

/// The help of `spritefarm bench`.
cli::HelpPage bench_help();
/// The help of `spritefarm bench calls`.
cli::HelpPage calls_help();

}  // namespace spritefarm::bench
