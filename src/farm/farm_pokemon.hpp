#pragma once

#include "farm/farm_task.hpp"

#include <spritefarm/task.hpp>

#include <string>
#include <vector>

namespace spritefarm::farm {

class Downloader;

/// Downloads the sprites of one pokémon: record → sprite URLs → images → files. A call to a worker; it uses
/// the worker's Downloader. Fetches the images concurrently, as far as the worker's connections allow. Uses
/// the task's cached entries: no request for a fresh entry, a conditional request for a stale one. Failures
/// are in the result; it throws only on programming errors.
Task<FarmResult> farm_pokemon(FarmTask task);
/// The same by this Downloader, which outlives it.
Task<FarmResult> farm_with(Downloader& downloader, FarmTask task);

/// Sets a sprite to `unchanged`: its file on disk is current.
void mark_unchanged(SpriteResult& sprite, const CachedImage& known);

/// The result of a pokémon whose record cannot be read or whose worker died: all selected sprites failed.
FarmResult failed_result(const FarmTask& task, const std::vector<std::string>& sprite_keys,
                         const std::string& reason, int attempts);

}  // namespace spritefarm::farm
