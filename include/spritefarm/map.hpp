#pragma once

#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/detail/pending_chunks.hpp>
#include <spritefarm/task_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

namespace spritefarm {

/// Options of Executor::map(). Source: the keyword arguments of concurrent.futures.Executor.map.
struct MapOptions {
  /// Counts from the call of map(). When it has passed, waiting for a result throws TimeoutError and cancels
  /// the rest.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// Items per call. A larger chunk costs less per item, and spreads the items less evenly over the workers.
  int chunksize = 1;
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
/// started.
/// Source: the iterator of concurrent.futures.Executor.map; it continues after an exception as in Python
/// 3.15.
template <typename R>
class MapResults {
 public:
  /// R, or std::monostate for void.
  using Value = detail::ValueOf<R>;

  MapResults(MapResults&&) noexcept = default;
  MapResults& operator=(MapResults&&) = delete;

  /// The result of the next item. None at the end. Throws the exception of the call, or TimeoutError.
  /// Source: next().
  std::optional<Value> next() {
    if (!advance()) return std::nullopt;
    return std::move(current().get());
  }

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Value;
    explicit Iterator(MapResults* results) : m_results(results) {}
    Value& operator*() const { return m_results->current().get(); }
    Iterator& operator++() {
      m_results->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return m_results->m_chunk.empty(); }

   private:
    MapResults* m_results;
  };
  Iterator begin() {
    advance();
    return Iterator(this);
  }
  static std::default_sentinel_t end() { return {}; }

 private:
  friend class Executor;
  using Chunks = detail::PendingChunks<R>;
  using Pending = typename Chunks::Pending;

  MapResults(typename Chunks::Submit submit_next, const MapOptions& options)
      : m_chunks(std::move(submit_next), options.ordered,
                 options.buffersize ? std::max(1, *options.buffersize / options.chunksize) : 0,
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
  typename Chunks::Chunk m_chunk;
  std::size_t m_index = 0;
};

}  // namespace spritefarm
