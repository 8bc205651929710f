#pragma once

#include <spritefarm/detail/completions.hpp>
#include <spritefarm/detail/deadline.hpp>
#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/future.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spritefarm::detail {

/// The chunks of one map() that are submitted and whose results are not taken yet. Submits chunks until there
/// are `max_chunks`, at once and after each take(). Owned by a MapResults and used by one thread at a time.
/// The destructor cancels the calls that have not started.
template <typename R>
class PendingChunks {
 public:
  using Chunk = std::vector<Outcome<R>>;
  struct Pending {
    Future<Chunk> future;
    std::size_t items = 0;
  };
  /// Submits the next chunk. None when there are no more items.
  using Submit = std::function<std::optional<Pending>()>;

  /// `max_chunks` 0: no bound.
  PendingChunks(Submit submit_next, bool ordered, std::size_t max_chunks, Deadline deadline)
      : m_submit_next(std::move(submit_next)),
        m_ordered(ordered),
        m_max_chunks(max_chunks),
        m_deadline(deadline),
        m_completions(std::make_unique<Completions>()) {
    fill();
  }
  PendingChunks(PendingChunks&&) noexcept = default;
  PendingChunks& operator=(PendingChunks&&) = delete;
  ~PendingChunks() { cancel(); }

  /// Waits for the next chunk: the first of the items' order, or any that is done if unordered. Empty after
  /// the last chunk. Throws TimeoutError at the deadline, and cancels the other calls.
  Chunk take() {
    if (m_pending.empty()) return {};
    Pending done = take_done();
    fill();
    try {
      return std::move(done.future).result();
    } catch (...) {  // the call itself failed, and with it each of its items
      return Chunk(done.items, {std::nullopt, std::current_exception()});
    }
  }

 private:
  Pending take_done() {
    auto found = m_pending.begin();
    try {
      if (m_ordered) {
        found->second.future.state().wait_until(m_deadline);
      } else {
        FutureState* const next = m_completions->next(m_deadline);
        if (!next) throw TimeoutError("");
        found = m_pending.find(m_numbers.extract(next).mapped());
        m_completions->forget(*next);
      }
    } catch (const TimeoutError&) {
      cancel();
      throw TimeoutError("map() did not end in time");
    } catch (const CancelledError&) {
      // Each item of the chunk will throw it.
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

  Submit m_submit_next;  // null after the last item
  bool m_ordered;
  std::size_t m_max_chunks;
  Deadline m_deadline;
  std::map<std::size_t, Pending> m_pending;  // in the items' order
  std::size_t m_last_number = 0;
  std::unordered_map<const FutureState*, std::size_t> m_numbers;  // unordered maps only
  std::unique_ptr<Completions> m_completions;
};

}  // namespace spritefarm::detail
