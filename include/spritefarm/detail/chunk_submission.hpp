#pragma once

#include <spritefarm/detail/chunk_source.hpp>
#include <spritefarm/detail/map_items.hpp>
#include <spritefarm/detail/timed_chunk.hpp>
#include <spritefarm/task_options.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace spritefarm::detail {

/// The items of a map(), released at their end.
template <typename Items>
class ItemSupply {
 public:
  template <typename... Ranges>
  explicit ItemSupply(std::in_place_t, Ranges&&... ranges)
      : m_items(std::in_place, std::forward<Ranges>(ranges)...) {}
  /// The next items, at most `max_items`. Empty at the end.
  std::vector<typename Items::Item> take(std::size_t max_items) {
    if (!m_items) return {};
    auto chunk = take_chunk(*m_items, max_items);
    if (chunk.empty()) m_items.reset();
    return chunk;
  }

 private:
  std::optional<Items> m_items;
};

/// Calls of as many items as the user says. `Submit` submits a runner with a chunk of items, and gives the
/// future.
template <typename Runner, typename Items, typename Submit>
class FixedChunks final : public ChunkSource<typename Runner::R> {
 public:
  using R = typename Runner::R;
  template <typename... Ranges>
  FixedChunks(Runner runner, Submit submit, std::size_t chunksize, Ranges&&... ranges)
      : m_runner(std::move(runner)),
        m_submit(std::move(submit)),
        m_chunksize(chunksize),
        m_items(std::in_place, std::forward<Ranges>(ranges)...) {}

  std::optional<PendingChunk<R>> submit_next(std::size_t room) override {
    auto chunk = m_items.take(std::min(m_chunksize, room));
    if (chunk.empty()) return std::nullopt;
    const std::size_t size = chunk.size();
    return PendingChunk<R>{m_submit(m_runner, std::move(chunk)), size};
  }

 private:
  Runner m_runner;
  Submit m_submit;
  std::size_t m_chunksize;
  ItemSupply<Items> m_items;
};

/// Calls of as many items as a ChunkSizer says. `Submit` takes the call.
template <typename Function, typename Items, typename Submit>
class TimedChunks final : public ChunkSource<typename ChunkRunner<Function, typename Items::Item>::R> {
 public:
  using Call = TimedChunkCall<Function, typename Items::Item>;
  using R = typename Call::R;
  /// `max_size`: of a call; 0: no limit but the sizer's.
  template <typename... Ranges>
  TimedChunks(Function function, Submit submit, std::size_t max_size, Ranges&&... ranges)
      : m_map(std::make_shared<typename Call::Map>(std::move(function))),
        m_submit(std::move(submit)),
        m_max_size(max_size),
        m_items(std::in_place, std::forward<Ranges>(ranges)...) {}

  std::optional<PendingChunk<R>> submit_next(std::size_t room) override {
    if (m_max_size > 0) room = std::min(room, m_max_size);
    auto chunk = m_items.take(m_map->sizer.size(room));
    if (chunk.empty()) return std::nullopt;
    return PendingChunk<R>{m_submit(m_map, chunk), chunk.size()};
  }
  void cancel() noexcept override { m_map->is_cancelled = true; }

 private:
  std::shared_ptr<typename Call::Map> m_map;
  Submit m_submit;
  std::size_t m_max_size;
  ItemSupply<Items> m_items;
};

}  // namespace spritefarm::detail
