#pragma once

#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/detail/pending_chunks.hpp>
#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/duration.hpp>
#include <spritefarm/task_options.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace SPRITEFARM_API spritefarm {

/// Options of Executor::map(). Source: the keyword arguments of concurrent.futures.Executor.map.
struct MapOptions {
  /// Counts from the call of map(). When it has passed, waiting for a result throws TimeoutError and cancels
  /// the rest.
  std::optional<Duration> timeout = std::nullopt;
  /// Items per call. A larger chunk costs less per item, and spreads the items less evenly over the workers.
  /// If a worker dies, the calls that it had started fail, with all of their items.
  ///
  /// None: one item per call, except in a process pool. There the pool measures how long an item takes, and
  /// makes a call of as many items as run for 0.1 ms, at most 1024 or 32 KiB. After 1 ms a worker gives the
  /// items back that it has not begun, and other calls take them. So items of more than 0.1 ms have a call of
  /// their own, and a short item waits for the others of its call for at most 1 ms and one item. Coroutines,
  /// and calls with a timeout or retries in `task`, take one item.
  std::optional<int> chunksize = std::nullopt;
  /// Maximum number of items that are submitted and whose results are not taken yet; the chunk whose results
  /// are being taken does not count. So a map over a long or infinite range is lazy. None: map() submits all
  /// items at once.
  std::optional<int> buffersize = std::nullopt;
  /// True: results come in the order of the items. False: in the order in which the calls are done.
  bool ordered = true;
  /// Options of each call. A call is a chunk.
  TaskOptions task = {};
};

/// The results of Executor::map(). One thread iterates over the range, once, while the executor lives. `*it`
/// is the result of an item, or throws the exception of its call; `++it` continues with the next item even
/// then. (A range-based for loop ends at the first exception; next() and iterators can continue.) At the
/// timeout, advancing throws TimeoutError and the range ends. The destructor cancels the calls that have not
/// started, unless no result was ever asked for: `pool.map(f, items);` runs the calls that map() has
/// submitted. Source: the iterator of concurrent.futures.Executor.map; it continues after an exception as in
/// Python 3.15.
template <typename R>
class MapResults {
 public:
  /// R, or std::monostate for void.
  using Value = detail::ValueOf<R>;

  /// The other one has no results then.
  MapResults(MapResults&&) noexcept = default;
  MapResults& operator=(MapResults&&) = delete;

  /// The result of the next item. None at the end. Throws the exception of the call, or TimeoutError.
  /// Source: next().
  std::optional<Value> next() {
    if (!advance()) return std::nullopt;
    return std::move(current().get());
  }

  /// An input iterator over the results.
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;  ///< as iterators have it
    using value_type = Value;                ///< what the range gives
    /// For the range.
    explicit Iterator(MapResults* results) : m_results(results) {}
    /// The result of an item. Throws the exception of its call.
    Value& operator*() const { return m_results->current().get(); }
    /// Waits for the next one. Throws TimeoutError.
    Iterator& operator++() {
      m_results->advance();
      return *this;
    }
    /// The same; both iterators are at the next one then.
    Iterator operator++(int) {
      ++*this;
      return *this;
    }
    /// True at the end.
    bool operator==(std::default_sentinel_t) const { return m_results->m_chunk.empty(); }

   private:
    MapResults* m_results;
  };
  /// Waits for the first one. Once only. Throws TimeoutError.
  Iterator begin() {
    advance();
    return Iterator(this);
  }
  /// The end.
  static std::default_sentinel_t end() { return {}; }

 private:
  friend class Executor;
  using Chunks = detail::PendingChunks<R>;
  using Source = detail::ChunkSource<R>;

  /// `max_items`: that may be submitted and not taken. 0: no bound.
  MapResults(std::unique_ptr<Source> source, const MapOptions& options, std::size_t max_items)
      : m_chunks(std::move(source), options.ordered, max_items,
                 options.timeout ? detail::deadline_after(*options.timeout) : std::nullopt) {}

  detail::Outcome<R>& current() { return m_chunk[m_index]; }

  /// Moves to the next item. False at the end.
  bool advance() {
    if (m_index + 1 < m_chunk.size()) {
      m_chunk[m_index] = {};  // releases the previous result
      ++m_index;
      return true;
    }
    m_chunk.clear();
    m_index = 0;
    m_chunk = m_chunks.take();
    return !m_chunk.empty();
  }

  Chunks m_chunks;
  typename Chunks::Outcomes m_chunk{};
  std::size_t m_index = 0;
};

}  // namespace spritefarm
