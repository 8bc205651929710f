#pragma once

#include "support/subprocess.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// The fault matrix: faults of network, disk and machine, each with processes, threads and serial. The
/// integration tests run a short form; scripts/faults runs it in full. Both print it as a table.
namespace spritefarm::test {

/// Whether to run it in full, which takes hours.
bool faults_in_full();

/// A mode of the program.
struct FaultMode {
  std::string name;
  std::size_t number;                  ///< from 0
  std::vector<std::string> arguments;  ///< that select it
};
const std::vector<FaultMode>& fault_modes();

/// The program in this mode with these arguments, `--json` and this output directory.
Command farm_command(const FaultMode& mode, const std::filesystem::path& output,
                     std::vector<std::string> arguments);

/// A kind of fault and the expected result of a run.
struct FaultRow {
  std::string fault;
  /// Starts the servers that the run needs; returns the command of the run, which writes to `output`.
  std::function<Command(const FaultMode&, const std::filesystem::path& output)> command;
  /// The bytes of all sprites that exist, by pokémon.
  std::map<std::string, std::string> source;
  /// The same for serial mode, if it downloads fewer.
  std::optional<std::map<std::string, std::string>> serial_source{};
  /// The pokémon whose sprites must fail; none: chance decides.
  std::optional<std::set<std::string>> failed{std::set<std::string>()};
  std::vector<std::string> messages{};  ///< words expected on standard error
  std::optional<int> exit_status{};     ///< none: 0, or 1 if a sprite failed
  bool has_retries = false;             ///< there must be some
};

/// Runs the rows in all modes and checks each run: the exit status; that every file is complete and equal to
/// the source or, if the sprite failed, unchanged; that report and messages name every failure; that it ends
/// in time. Runs several at once, because most of them wait; in full, the modes of one row.
void check_faults(const std::vector<FaultRow>& rows);

/// The front_default sprites of the first `count` pokémon of a mirror's index, by name; without missing ones.
std::map<std::string, std::string> front_sprites_of(const std::string& base_url, int count);

}  // namespace spritefarm::test
