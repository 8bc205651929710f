#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// One call of the farm: a pokémon whose chosen sprites are wanted. Aggregates, so that the library's codec
/// carries them to a worker and back.
struct FarmTask {
  std::string name;      ///< empty where only the id is known
  std::uint32_t id = 0;  ///< 0 where only the name is known
  std::string url;       ///< of its record
};

enum class SpriteStatus : std::uint8_t {
  downloaded,
  planned,  ///< by a dry run
  missing,  ///< the record says that there is none
  failed,
};

/// What became of one sprite.
struct SpriteResult {
  std::string key;
  std::string url;  ///< of what failed: the record's where that could not be had
  SpriteStatus status = SpriteStatus::failed;
  std::string reason;  ///< why it failed
  int attempts = 0;
  std::uint64_t bytes = 0;  ///< of the file
  std::string path;         ///< below the output directory
  /// From its pokémon's start in the worker until it was there, or was given up.
  std::chrono::nanoseconds took{0};
};

/// What a call has asked the servers for.
struct RequestCount {
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;      ///< how many of them repeated one that had failed
  std::uint64_t connections = 0;  ///< that were opened
};

/// What became of a FarmTask.
struct FarmResult {
  std::string name;
  std::uint32_t id = 0;
  std::vector<SpriteResult> sprites;
  RequestCount count;
  /// When a worker started on it, on the clock that all processes of a machine share (steady_clock's, since its epoch);
  /// 0 where none did.
  std::chrono::nanoseconds began{0};
  std::string output_error;  ///< not empty: nothing can be written any more, so there is no use in going on
};

/// How a pokémon is called in messages.
inline std::string display_name(const std::string& name, std::uint32_t id) {
  return name.empty() ? std::to_string(id) : name;
}

}  // namespace spritefarm::farm
