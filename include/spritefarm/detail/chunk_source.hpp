#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/future.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace spritefarm {
namespace detail {

template <typename R>
struct MapChunk;

/// A call of a map() that has been submitted.
template <typename R>
struct PendingChunk {
  Future<MapChunk<R>> future;
  std::size_t items = 0;
};

/// The result of a call of a map(): the outcomes of its first items, and the calls that have been submitted
/// for the rest, in order. Moved, never copied: the map alone has its future.
template <typename R>
struct MapChunk {
  MapChunk() {}  // not defaulted: Clang 14 would need PendingChunk, which is not complete here
  MapChunk(std::vector<Outcome<R>> first, std::vector<PendingChunk<R>> others)
      : outcomes(std::move(first)), rest(std::move(others)) {}
  MapChunk(MapChunk&&) noexcept = default;
  MapChunk& operator=(MapChunk&&) noexcept = default;

  std::vector<Outcome<R>> outcomes;
  std::vector<PendingChunk<R>> rest;
};

/// Submits the calls of one map(), one after the other. Owned by its PendingChunks, and used on its thread.
template <typename R>
class ChunkSource {
 public:
  ChunkSource() = default;
  ChunkSource(const ChunkSource&) = delete;
  ChunkSource& operator=(const ChunkSource&) = delete;
  virtual ~ChunkSource() = default;
  /// Submits the next call, of at most `room` items. None when there are no more items. Throws what the items
  /// throw, and as Executor::submit().
  virtual std::optional<PendingChunk<R>> submit_next(std::size_t room) = 0;
  /// Nobody wants the results of the calls that have been submitted.
  virtual void cancel() noexcept {}
};

}  // namespace detail

/// The rest is no part of what a worker sends.
template <typename R>
requires Portable<detail::Outcome<R>>
struct Codec<detail::MapChunk<R>> {
  static void encode(Encoder& to, const detail::MapChunk<R>& chunk) {
    spritefarm::encode(to, chunk.outcomes);
  }
  static detail::MapChunk<R> decode(Decoder& from) {
    return {spritefarm::decode<std::vector<detail::Outcome<R>>>(from), {}};
  }
};

}  // namespace spritefarm
