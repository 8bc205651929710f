#pragma once

#include "cli/help_page.hpp"

#include <string_view>
#include <vector>

namespace spritefarm::cli {

/// The help of `spritefarm` itself.
HelpPage farm_help();

// The options that `spritefarm` and `spritefarm bench` share; see the groups in option_groups.hpp.
inline constexpr HelpEntry transport_entry{
    "--transport KIND", "how calls and results travel between processes: shm (shared memory) or pipe [shm]"};
inline constexpr HelpEntry color_entry{
    "--color WHEN", "auto, always or never; auto: on a terminal, unless NO_COLOR is set [auto]"};
/// The arguments are the explanations of the options of that name, which differ between the commands.
std::vector<HelpEntry> selection_entries(std::string_view limit);
std::vector<HelpEntry> network_entries(std::string_view rate, std::string_view demo);

}  // namespace spritefarm::cli
