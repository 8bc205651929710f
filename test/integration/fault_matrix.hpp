#pragma once

#include "support/subprocess.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The fault matrix: what may go wrong with network, disk and machine, each with processes, with threads and
/// serially. In short form it is a part of the integration tests; scripts/faults runs it in full. Both print
/// it as a table.
namespace spritefarm::test {

/// Whether it is to be run in full, which takes its time.
bool faults_in_full();

/// How a run farms.
struct FaultMode {
  std::string name;
  std::size_t number;                  ///< from 0
  std::vector<std::string> arguments;  ///< that choose it
};
const std::vector<FaultMode>& fault_modes();

/// The program in this mode, with these arguments, which asks for a report and writes to this folder.
Command farm_command(const FaultMode& mode, const std::filesystem::path& output,
                     std::vector<std::string> arguments);

/// A kind of fault, and what of a run is not harmed by it.
struct FaultRow {
  std::string fault;
  /// Starts what the run needs, and says how to start the run, whose output is that folder.
  std::function<Command(const FaultMode&, const std::filesystem::path& output)> command;
  /// All that there is to be had: the sprites' bytes, by pokémon.
  std::map<std::string, std::string> source;
  /// The same for serial mode, where that is asked for less.
  std::optional<std::map<std::string, std::string>> serial_source{};
  /// The pokémon whose sprites cannot be had; none: chance decides.
  std::optional<std::set<std::string>> failed{std::set<std::string>()};
  std::vector<std::string> said{};   ///< on standard error
  std::optional<int> exit_status{};  ///< none: 0, or 1 where something failed
  bool has_retries = false;          ///< for certain
};

/// Runs these in all modes and checks of each run: its exit status; that every file that is there is whole
/// and the source's, or, where that failed, what was there before; that the report and the messages name
/// whatever is missing; that it ends in time. Several runs go on at once, since most of them wait; in full,
/// the modes of one row.
void check_faults(const std::vector<FaultRow>& rows);

/// What a mirror's pokémon look like: the first `count` of its index that have a front_default, by name.
std::map<std::string, std::string> front_sprites_of(const std::string& base_url, int count);

}  // namespace spritefarm::test
