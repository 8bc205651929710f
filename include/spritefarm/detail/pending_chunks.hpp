#pragma once

#include <spritefarm/detail/chunk_source.hpp>
#include <spritefarm/detail/completions.hpp>
#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/future.hpp>

#include <cstddef>
#include <exception>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spritefarm::detail {

/// The calls of one map() that are submitted and whose results are not taken yet. Submits calls until they
/// have `max_items`, at once and after each take(). Owned by a MapResults and used by one thread at a time.
/// The destructor cancels the calls that have not started, if a result was ever asked for.
template <typename R>
class PendingChunks {
 public:
  using Outcomes = std::vector<Outcome<R>>;

  /// `max_items` 0: no bound. `source` null: there are no items.
  PendingChunks(std::unique_ptr<ChunkSource<R>> source, bool ordered, std::size_t max_items,
                Deadline deadline)
      : m_source(std::move(source)),
        m_has_more(m_source != nullptr),
        m_ordered(ordered),
        m_max_items(max_items > 0 ? max_items : std::numeric_limits<std::size_t>::max()),
        m_deadline(deadline),
        m_completions(std::make_unique<Completions>()) {
    fill_or_cancel();
  }
  PendingChunks(PendingChunks&&) noexcept = default;
  PendingChunks& operator=(PendingChunks&&) = delete;
  ~PendingChunks() {
    if (m_taken) cancel();
  }

  /// Waits for the next call: the first in the items' order, or any that is done if unordered. Its outcomes;
  /// none after the last call. Throws TimeoutError at the deadline, and cancels the other calls.
  Outcomes take() {
    if (m_pending.empty()) return {};
    m_taken = true;
    auto [place, done] = take_done();
    Outcomes outcomes;
    try {
      MapChunk<R> chunk = std::move(done.future).result();
      place += chunk.outcomes.size();
      for (PendingChunk<R>& rest : chunk.rest) {
        const std::size_t size = rest.items;
        add(place, std::move(rest));
        place += size;
      }
      outcomes = std::move(chunk.outcomes);
    } catch (...) {  // the call itself failed, and with it each of its items
      outcomes.resize(done.items);
      for (Outcome<R>& outcome : outcomes) outcome.exception = std::current_exception();
    }
    fill_or_cancel();
    return outcomes;
  }

 private:
  /// A call with the place of its first item among all items.
  using Placed = std::pair<std::size_t, PendingChunk<R>>;

  Placed take_done() {
    auto found = m_pending.begin();
    try {
      if (m_ordered) {
        found->second.future.state().wait_until(m_deadline);
      } else {
        FutureState* const next = m_completions->next(m_deadline);
        if (!next) throw TimeoutError("");
        found = m_pending.find(m_places.extract(next).mapped());
        m_completions->forget(*next);
      }
    } catch (const TimeoutError&) {
      cancel();
      throw TimeoutError("map() did not end in time");
    } catch (const CancelledError&) {
      // Each item of the call will throw it.
    }
    Placed done(found->first, std::move(found->second));
    m_pending.erase(found);
    m_items -= done.second.items;
    return done;
  }

  void add(std::size_t place, PendingChunk<R> call) {
    m_items += call.items;
    if (!m_ordered) {
      m_places.emplace(&call.future.state(), place);
      m_completions->watch(call.future.state());
    }
    m_pending.emplace(place, std::move(call));
  }

  /// The items can throw.
  void fill_or_cancel() {
    try {
      fill();
    } catch (...) {
      cancel();
      throw;
    }
  }
  void fill() {
    while (m_has_more && m_items < m_max_items) {
      std::optional<PendingChunk<R>> next = m_source->submit_next(m_max_items - m_items);
      if (!next) {
        m_has_more = false;
        return;
      }
      const std::size_t size = next->items;
      add(m_next_place, std::move(*next));
      m_next_place += size;
    }
  }

  void cancel() {
    m_has_more = false;
    if (m_source) m_source->cancel();
    if (m_completions)
      for (auto& [place, pending] : m_pending) m_completions->forget(pending.future.state());
    cancel(m_pending);
    m_pending.clear();
  }
  static void cancel(std::map<std::size_t, PendingChunk<R>>& calls) {
    for (auto& [place, call] : calls) cancel(call);
  }
  /// Also the calls that a worker's rest has become.
  static void cancel(PendingChunk<R>& call) {
    if (call.future.cancel()) return;
    const FutureSnapshot<MapChunk<R>> now = call.future.snapshot();
    if (!now.result) return;
    for (PendingChunk<R> rest : now.result->rest) cancel(rest);
  }

  std::unique_ptr<ChunkSource<R>> m_source;
  bool m_has_more;
  bool m_ordered;
  bool m_taken = false;  // a result was asked for
  std::size_t m_max_items;
  std::size_t m_items = 0;  // of m_pending
  Deadline m_deadline;
  std::map<std::size_t, PendingChunk<R>> m_pending{};  // by the place of the first item
  std::size_t m_next_place = 0;
  std::unordered_map<const FutureState*, std::size_t> m_places{};  // unordered maps only
  std::unique_ptr<Completions> m_completions;
};

}  // namespace spritefarm::detail
