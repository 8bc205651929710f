#pragma once

#include <spritefarm/detail/completions.hpp>
#include <spritefarm/future.hpp>

#include <chrono>
#include <cstddef>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <ratio>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spritefarm {

/// When wait() returns. Source: the return_when of concurrent.futures.wait.
enum class ReturnWhen {
  first_completed,  ///< a future is done
  first_exception,  ///< a future has failed, or all are done
  all_completed     ///< all futures are done
};

/// The result of wait(): each future once, in one of the two.
template <typename T>
struct DoneAndNotDone {
  std::vector<Future<T>> done;
  std::vector<Future<T>> not_done;
};

/// Waits until `when` is true of `futures`, or until `timeout` has passed. `futures` is any range of
/// Future<T>; duplicates count once. A timeout is not an error: unfinished futures are in not_done.
/// Source: concurrent.futures.wait.
template <std::ranges::input_range Futures, typename Rep = long, typename Period = std::ratio<1>>
auto wait(Futures&& futures, std::optional<std::chrono::duration<Rep, Period>> timeout = std::nullopt,
          ReturnWhen when = ReturnWhen::all_completed) {
  using F = detail::FutureOf<Futures>;
  const detail::Deadline deadline = timeout ? detail::deadline_after(*timeout) : std::nullopt;
  std::vector<F> all = detail::distinct(futures);
  std::vector<detail::FutureState*> states;
  for (const F& future : all) states.push_back(&future.state());
  const auto done = detail::wait_for(states, deadline, when);
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

/// The range that as_completed() returns. One thread iterates over it, once.
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
  ~AsCompleted() { m_completions.reset(); }  // before the futures that it watches

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
    m_current.reset();  // releases the previous future
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

/// A range of the futures in the order in which they become done. `futures` is any range of Future<T>;
/// duplicates count once. The timeout counts from this call: when it has passed, advancing the range throws
/// TimeoutError if futures are unfinished. Source: concurrent.futures.as_completed.
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
