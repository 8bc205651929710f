#pragma once

#include <spritefarm/future.hpp>

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <iterator>
#include <memory>
#include <mutex>
#include <ranges>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace spritefarm {

/// When wait() comes back. Source: concurrent.futures.wait's return_when.
enum class ReturnWhen {
  first_completed,  ///< any future is done
  first_exception,  ///< any future has failed, or all are done
  all_completed     ///< all are done
};

/// What wait() gives: each future in one of the two, once.
template <typename T>
struct DoneAndNotDone {
  std::vector<Future<T>> done;
  std::vector<Future<T>> not_done;
};

namespace detail {

/// Collects futures as they become done. Owned by the one who waits, on whose thread next() runs; the futures
/// call on_done() in theirs. Ends its waits with itself.
class Completions final : public FutureWaiter {
 public:
  Completions() = default;
  Completions(const Completions&) = delete;
  Completions& operator=(const Completions&) = delete;
  ~Completions();

  /// `future` must live until it is forgotten, or as long as this; each only once.
  void watch(FutureState& future);
  void forget(FutureState& future) noexcept;
  /// The next future that is done; null when the deadline passes before.
  FutureState* next(Deadline deadline);

  void on_done(FutureState& future) noexcept override;

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::deque<FutureState*> m_done;
  std::unordered_set<FutureState*> m_watched;
};

template <typename Futures>
using FutureOf = std::remove_cvref_t<std::ranges::range_reference_t<Futures>>;

/// Each future once, in order.
template <typename Futures>
auto distinct(Futures&& futures) {
  std::vector<FutureOf<Futures>> once;
  std::unordered_set<const FutureState*> seen;
  for (auto&& future : futures)
    if (seen.insert(&future.state()).second) once.push_back(future);
  return once;
}

}  // namespace detail

/// Waits until `when` holds of `futures` (any range of Future<T>; duplicates count once), or for `timeout`.
/// Never throws for a timeout: what is not done is in not_done. Source: concurrent.futures.wait.
template <std::ranges::input_range Futures, typename Rep = long, typename Period = std::ratio<1>>
auto wait(Futures&& futures, std::optional<std::chrono::duration<Rep, Period>> timeout = std::nullopt,
          ReturnWhen when = ReturnWhen::all_completed) {
  using F = detail::FutureOf<Futures>;
  const detail::Deadline deadline = timeout ? detail::deadline_after(*timeout) : std::nullopt;
  std::vector<F> all = detail::distinct(futures);

  std::unordered_set<const detail::FutureState*> done;
  {
    detail::Completions completions;
    for (const F& future : all) completions.watch(future.state());
    const auto failed = [](const detail::FutureState& future) {
      return future.phase() == detail::FutureState::Phase::finished && future.exception_after_wait();
    };
    bool enough = false;
    while (done.size() < all.size()) {
      // Once there is enough, takes along what is done already, without waiting for more.
      detail::FutureState* const next = completions.next(enough ? detail::Clock::now() : deadline);
      if (!next) break;
      done.insert(next);
      enough = enough || when == ReturnWhen::first_completed ||
               (when == ReturnWhen::first_exception && failed(*next));
    }
  }
  DoneAndNotDone<typename F::value_type> result;
  for (F& future : all)
    (done.contains(&future.state()) ? result.done : result.not_done).push_back(std::move(future));
  return result;
}
template <std::ranges::input_range Futures>
auto wait(Futures&& futures, ReturnWhen when) {
  return wait(std::forward<Futures>(futures), std::optional<std::chrono::seconds>(), when);
}
template <std::ranges::input_range Futures, typename Rep, typename Period>
auto wait(Futures&& futures, std::chrono::duration<Rep, Period> timeout,
          ReturnWhen when = ReturnWhen::all_completed) {
  return wait(std::forward<Futures>(futures), std::optional(timeout), when);
}

/// The range that as_completed() gives: to be iterated once, on one thread.
template <typename T>
class AsCompleted {
 public:
  AsCompleted(std::vector<Future<T>> futures, detail::Deadline deadline)
      : m_completions(std::make_unique<detail::Completions>()),
        m_deadline(deadline),
        m_total(futures.size()) {
    for (Future<T>& future : futures) {
      m_completions->watch(future.state());
      m_left.emplace(&future.state(), std::move(future));
    }
  }
  AsCompleted(AsCompleted&&) noexcept = default;
  AsCompleted& operator=(AsCompleted&&) noexcept = delete;
  ~AsCompleted() { m_completions.reset(); }  // ends the waits while the futures still live

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Future<T>;
    explicit Iterator(AsCompleted* range) : m_range(range) {}
    Future<T>& operator*() const { return *m_range->m_current; }
    Iterator& operator++() {
      m_range->advance();
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return !m_range->m_current; }

   private:
    AsCompleted* m_range;
  };

  Iterator begin() {
    advance();
    return Iterator(this);
  }
  static std::default_sentinel_t end() { return {}; }

 private:
  void advance() {
    m_current.reset();  // a future that was given is not kept
    if (m_left.empty()) return;
    detail::FutureState* const next = m_completions->next(m_deadline);
    if (!next)
      throw TimeoutError(std::to_string(m_left.size()) + " (of " + std::to_string(m_total) +
                         ") futures unfinished");
    m_completions->forget(*next);
    auto found = m_left.extract(next);
    m_current = std::move(found.mapped());
  }

  std::unordered_map<const detail::FutureState*, Future<T>> m_left;
  std::unique_ptr<detail::Completions> m_completions;
  detail::Deadline m_deadline;
  std::size_t m_total;
  std::optional<Future<T>> m_current;
};

/// The futures (any range of Future<T>; duplicates once) as they become done. With a timeout, counted from
/// this call, advancing throws TimeoutError once it has passed and some are not done. Source:
/// concurrent.futures.as_completed.
template <std::ranges::input_range Futures>
auto as_completed(Futures&& futures) {
  return AsCompleted<typename detail::FutureOf<Futures>::value_type>(detail::distinct(futures), std::nullopt);
}
template <std::ranges::input_range Futures, typename Rep, typename Period>
auto as_completed(Futures&& futures, std::chrono::duration<Rep, Period> timeout) {
  return AsCompleted<typename detail::FutureOf<Futures>::value_type>(detail::distinct(futures),
                                                                     detail::deadline_after(timeout));
}

}  // namespace spritefarm
