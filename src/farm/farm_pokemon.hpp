#pragma once

#include "farm/farm_task.hpp"

#include <spritefarm/task.hpp>

#include <string>
#include <vector>

namespace spritefarm::farm {

/// A call to a worker, whose Downloader it uses: record → sprite URLs → images → files, for one pokémon. Its
/// images are fetched side by side, as far as the worker's connections allow. What earlier runs have left is asked for
/// only as far as the task says so, and then only for what has changed. What fails is in the result;
/// only what nobody expects is thrown.
Task<FarmResult> farm_pokemon(FarmTask task);

/// Says of a sprite that its file is as it should be.
void mark_unchanged(SpriteResult& sprite, const CachedImage& known);

/// What is told of a pokémon whose record could not be had, or whose worker died: that none of the sprites
/// that were asked for came.
FarmResult failed_result(const FarmTask& task, const std::vector<std::string>& sprite_keys,
                         const std::string& reason, int attempts);

}  // namespace spritefarm::farm
