#include "farm/node_clocks.hpp"

#include <algorithm>
#include <optional>

namespace spritefarm::farm {
namespace {

using Nanoseconds = std::chrono::nanoseconds;

/// 0 stays: it stands for no time.
void shift(Nanoseconds& time, Nanoseconds offset) {
  if (time.count() != 0) time += offset;
}

void shift(PartTimes& part, Nanoseconds offset) {
  for (Nanoseconds* const time : {&part.began, &part.write_began, &part.ended}) shift(*time, offset);
  for (net::AttemptTimes& attempt : part.attempts)
    for (Nanoseconds* const time : {&attempt.queued, &attempt.away_since, &attempt.away_until, &attempt.began,
                                    &attempt.sent, &attempt.answered, &attempt.ended})
      shift(*time, offset);
}

}  // namespace

void NodeClocks::translate(FarmResult& result, Nanoseconds now) {
  if (result.node.empty() || result.ended.count() == 0) return;
  const Nanoseconds shown = now - result.ended;
  const auto [found, is_new] = m_offsets.try_emplace(result.node, shown);
  found->second = std::min(found->second, shown);
  const Nanoseconds offset = found->second;
  shift(result.began, offset);
  shift(result.ended, offset);
  if (result.record_times) shift(*result.record_times, offset);
  for (SpriteResult& sprite : result.sprites)
    if (sprite.times) shift(*sprite.times, offset);
}

}  // namespace spritefarm::farm
