#pragma once

#include <spritefarm/detail/call.hpp>
#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/wait.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spritefarm {

/// How Executor::map() runs. Source: the keyword arguments of concurrent.futures.Executor.map.
struct MapOptions {
  /// From the call of map() on; past it, waiting for a result throws TimeoutError and what is left is cancelled.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// Items that travel in one call: more of them cost less each, and are less evenly spread.
  int chunksize = 1;
  /// Items whose calls are under way or done and wait for their results to be taken, at most; the chunk that is being
  /// handed out does not count. So the map is lazy, for long or infinite ranges. None: all items are submitted at once.
  std::optional<int> buffersize = std::nullopt;
  /// Results in the order of the items; else in the order in which they are done.
  bool ordered = true;
  /// For each call: a call is a chunk.
  TaskOptions task = {};
};

namespace detail {

/// A range that map() was given: an lvalue is referred to and must outlive the map, an rvalue is kept.
template <typename Range>
class KeptRange {
 public:
  explicit KeptRange(Range&& range) : m_range(std::forward<Range>(range)) {}
  auto begin() { return std::ranges::begin(m_range); }
  auto end() { return std::ranges::end(m_range); }

 private:
  Range m_range;  // a reference for an lvalue
};

/// The items of several ranges side by side, until the shortest ends.
template <typename... Ranges>
class Zipped {
 public:
  using Item = std::tuple<KeptT<std::ranges::range_reference_t<Ranges>>...>;

  explicit Zipped(Ranges&&... ranges) : m_ranges(KeptRange<Ranges>(std::forward<Ranges>(ranges))...) {}

  std::optional<Item> next() { return next_of(std::index_sequence_for<Ranges...>{}); }

 private:
  template <std::size_t... I>
  std::optional<Item> next_of(std::index_sequence<I...>) {
    // The iterators are made at the first item: this object has its final place by then.
    if (!m_at)
      m_at.emplace(std::get<I>(m_ranges).begin()...);
    else if (!m_ended)
      (++std::get<I>(*m_at), ...);
    m_ended =
        m_ended || sizeof...(Ranges) == 0 || ((std::get<I>(*m_at) == std::get<I>(m_ranges).end()) || ...);
    if (m_ended) return std::nullopt;
    return Item(keep(*std::get<I>(*m_at))...);
  }

  std::tuple<KeptRange<Ranges>...> m_ranges;
  std::optional<std::tuple<decltype(std::declval<KeptRange<Ranges>&>().begin())...>> m_at;
  bool m_ended = false;
};

/// What travels for map(): the function, called with each item of a chunk.
template <typename Function, typename Item>
struct ChunkRunner;
template <typename Function, typename... Args>
struct ChunkRunner<Function, std::tuple<Args...>> {
  using Item = std::tuple<Args...>;
  using R = ResultOf<Function, Args...>;
  using Chunk = std::vector<Outcome<R>>;
  static constexpr bool is_coroutine = is_task<Returned<Function, Args...>>;

  Function function;

  auto operator()(std::vector<Item> items) const {
    if constexpr (is_coroutine)
      return run_coroutines(function, std::move(items));
    else
      return run_functions(std::move(items));
  }

 private:
  Chunk run_functions(std::vector<Item> items) const {
    Function called = function;
    Chunk outcomes(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      try {
        if constexpr (std::is_void_v<R>) {
          std::apply([&](Args&... args) { std::invoke(called, std::move(args)...); }, items[i]);
          outcomes[i].value.emplace();
        } else {
          outcomes[i].value.emplace(std::apply(
              [&](Args&... args) -> R { return std::invoke(called, std::move(args)...); }, items[i]));
        }
      } catch (...) {
        outcomes[i].exception = std::current_exception();
      }
    }
    return outcomes;
  }
  static Task<Chunk> run_coroutines(Function called, std::vector<Item> items) {
    Chunk outcomes(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      try {
        Task<R> task =
            std::apply([&](Args&... args) { return std::invoke(called, std::move(args)...); }, items[i]);
        if constexpr (std::is_void_v<R>) {
          co_await std::move(task);
          outcomes[i].value.emplace();
        } else {
          outcomes[i].value.emplace(co_await std::move(task));
        }
      } catch (...) {
        outcomes[i].exception = std::current_exception();
      }
    }
    co_return outcomes;
  }
};

}  // namespace detail

template <typename Function, typename Item>
requires detail::portable_function<Function>
struct Codec<detail::ChunkRunner<Function, Item>> {
  using Runner = detail::ChunkRunner<Function, Item>;
  static void encode(Encoder& to, const Runner& runner) { detail::encode_function(to, runner.function); }
  static Runner decode(Decoder& from) { return Runner{detail::decode_function<Function>(from)}; }
};

/// The results of Executor::map(): a range to be iterated once, by one thread, no longer than the executor lives.
/// `*it` gives an item's result, or throws what its call threw; `++it` then goes on with the next item all the same.
/// (So a range-based for ends at the first error; next() and iterators can go on.) Waiting past the timeout throws
/// TimeoutError, and the range is at its end. Destroying it cancels what has not started.
/// Source: the iterator that concurrent.futures.Executor.map returns; going on after an error is Python 3.15's.
template <typename R>
class MapResults {
 public:
  using Value = detail::ValueOf<R>;

  MapResults(MapResults&&) noexcept = default;
  MapResults& operator=(MapResults&&) = delete;
  ~MapResults() { cancel(); }

  /// The next item's result; none at the end. Throws what the item's call threw, or TimeoutError. Source: next().
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
  using Chunk = std::vector<detail::Outcome<R>>;
  struct Pending {
    Future<Chunk> future;
    std::size_t items = 0;
  };
  using Submit = std::function<std::optional<Pending>()>;

  /// `submit_next` submits the next chunk; none when there are no more items.
  MapResults(Submit submit_next, const MapOptions& options)
      : m_submit_next(std::move(submit_next)),
        m_ordered(options.ordered),
        m_deadline(options.timeout ? detail::deadline_after(*options.timeout) : std::nullopt),
        m_max_chunks(options.buffersize ? std::max(1, *options.buffersize / options.chunksize) : 0),
        m_completions(std::make_unique<detail::Completions>()) {
    fill();
  }

  detail::Outcome<R>& current() { return m_chunk[m_at]; }

  /// Moves to the next item; false at the end.
  bool advance() {
    if (m_at + 1 < m_chunk.size()) {
      m_chunk[m_at] = {};  // what was given is not kept
      ++m_at;
      return true;
    }
    m_chunk.clear();
    m_at = 0;
    if (m_pending.empty()) return false;
    Pending done = take_done();
    fill();
    try {
      m_chunk = std::move(done.future).result();
    } catch (...) {  // the whole call failed: so did each of its items
      m_chunk.assign(done.items, {std::nullopt, std::current_exception()});
    }
    return true;
  }

  Pending take_done() {
    auto found = m_pending.begin();
    try {
      if (m_ordered) {
        found->second.future.state().wait_until(m_deadline);
      } else {
        detail::FutureState* const next = m_completions->next(m_deadline);
        if (!next) throw TimeoutError("");
        found = m_pending.find(m_numbers.extract(next).mapped());
        m_completions->forget(*next);
      }
    } catch (const TimeoutError&) {
      cancel();
      throw TimeoutError("map() did not end in time");
    } catch (const CancelledError&) {
      // Somebody else's doing: seen at the item.
    }
    Pending done = std::move(found->second);
    m_pending.erase(found);
    return done;
  }

  void fill() {
    while (m_submit_next && (m_max_chunks == 0 || m_pending.size() < m_max_chunks)) {
      std::optional<Pending> next = m_submit_next();
      if (!next) {
        m_submit_next = nullptr;
        return;
      }
      const std::size_t number = ++m_last_number;
      if (!m_ordered) {
        m_numbers.emplace(&next->future.state(), number);
        m_completions->watch(next->future.state());
      }
      m_pending.emplace(number, std::move(*next));
    }
  }
  void cancel() {
    m_submit_next = nullptr;
    if (m_completions)
      for (auto& [number, pending] : m_pending) m_completions->forget(pending.future.state());
    for (auto& [number, pending] : m_pending) pending.future.cancel();
    m_pending.clear();
  }

  Submit m_submit_next;  // null when the items are at their end
  bool m_ordered;
  detail::Deadline m_deadline;
  std::size_t m_max_chunks;                  // 0: no bound
  std::map<std::size_t, Pending> m_pending;  // in the items' order
  std::size_t m_last_number = 0;
  std::unordered_map<const detail::FutureState*, std::size_t> m_numbers;  // where unordered
  std::unique_ptr<detail::Completions> m_completions;
  Chunk m_chunk;
  std::size_t m_at = 0;
};

}  // namespace spritefarm
