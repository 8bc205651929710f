#pragma once

#include <spritefarm/detail/completions.hpp>
#include <spritefarm/duration.hpp>
#include <spritefarm/future.hpp>

#include <algorithm>
#include <array>
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
#include <variant>
#include <vector>

namespace spritefarm {

namespace detail {

template <typename Type>
FutureState& state_of(const Future<Type>& future) {
  return future.state();
}
template <typename... Futures>
FutureState& state_of(const std::variant<Futures...>& item) {
  return std::visit([](const auto& future) -> FutureState& { return future.state(); }, item);
}

/// The futures in order; each has the alternative of its place.
template <typename... Types>
std::vector<std::variant<Future<Types>...>> variants_of(const Future<Types>&... futures) {
  using Item = std::variant<Future<Types>...>;
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::vector<Item>{Item(std::in_place_index<I>, futures)...};
  }
  (std::index_sequence_for<Types...>());
}

}  // namespace detail

/// When wait() returns. Source: the return_when of concurrent.futures.wait.
enum class ReturnWhen {
  first_completed,  ///< a future is done
  first_exception,  ///< a future has failed, or all are done
  all_completed     ///< all futures are done
};

/// The result of wait(): each future once, in one of the two.
template <typename Type>
struct DoneAndNotDone {
  std::vector<Future<Type>> done{};      ///< finished or cancelled
  std::vector<Future<Type>> not_done{};  ///< pending or running
};

/// Waits until `when` is true of `futures`, or until `timeout` has passed. `futures` is any range of
/// Future<Type>; duplicates count once. A timeout is not an error: unfinished futures are in not_done.
/// Source: concurrent.futures.wait.
template <std::ranges::input_range Futures, typename Rep = long, typename Period = std::ratio<1>>
auto wait(Futures&& futures, std::optional<std::chrono::duration<Rep, Period>> timeout = std::nullopt,
          ReturnWhen when = ReturnWhen::all_completed) {
  using Fn = detail::FutureOf<Futures>;
  const detail::Deadline deadline = timeout ? detail::deadline_after(*timeout) : std::nullopt;
  std::vector<Fn> all = detail::distinct(futures);
  std::vector<detail::FutureState*> states;
  for (const Fn& future : all) states.push_back(&future.state());
  const auto done = detail::wait_for(states, deadline, when);
  DoneAndNotDone<typename Fn::value_type> result;
  for (Fn& future : all)
    (done.contains(&future.state()) ? result.done : result.not_done).push_back(std::move(future));
  return result;
}
/// The same without a timeout.
template <std::ranges::input_range Futures>
auto wait(Futures&& futures, ReturnWhen when) {
  return wait(std::forward<Futures>(futures), std::optional<std::chrono::seconds>(), when);
}
/// The same with a timeout of any unit.
template <std::ranges::input_range Futures, typename Rep, typename Period>
auto wait(Futures&& futures, std::chrono::duration<Rep, Period> timeout,
          ReturnWhen when = ReturnWhen::all_completed) {
  return wait(std::forward<Futures>(futures), std::optional(timeout), when);
}

/// The same for futures of different types. Tells which of them are done, in their order:
///
///     auto [page_done, image_done] = spritefarm::wait(5s, page, image);
template <typename... Types>
requires(sizeof...(Types) > 0) std::array<bool, sizeof...(Types)> wait(Duration timeout, ReturnWhen when,
                                                                       const Future<Types>&... futures) {
  const detail::Deadline deadline = detail::deadline_after(timeout);
  std::vector<detail::FutureState*> states;
  for (detail::FutureState* const state : {static_cast<detail::FutureState*>(&futures.state())...})
    if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
  const auto done = detail::wait_for(states, deadline, when);
  return {done.contains(&futures.state())...};
}
/// The same until all are done.
template <typename... Types>
requires(sizeof...(Types) > 0) auto wait(Duration timeout, const Future<Types>&... futures) {
  return wait(timeout, ReturnWhen::all_completed, futures...);
}
/// The same without a timeout.
template <typename... Types>
requires(sizeof...(Types) > 0) auto wait(ReturnWhen when, const Future<Types>&... futures) {
  return wait(Duration::max(), when, futures...);
}
/// The same without a timeout, until all are done.
template <typename... Types>
requires(sizeof...(Types) > 0) auto wait(const Future<Types>&... futures) {
  return wait(Duration::max(), ReturnWhen::all_completed, futures...);
}

/// The range that as_completed() returns. One thread iterates over it, once. `Item` is a Future<Type>, or a
/// std::variant of futures of different types.
template <typename Item>
class AsCompleted {
 public:
  /// For as_completed().
  AsCompleted(std::vector<Item> items, detail::Deadline deadline)
      : m_completions(std::make_unique<detail::Completions>()), m_deadline(deadline) {
    for (Item& item : items) {
      detail::FutureState& state = detail::state_of(item);
      m_completions->watch(state);
      m_left.emplace(&state, std::move(item));
    }
    m_total = m_left.size();
  }
  /// The other one is empty then.
  AsCompleted(AsCompleted&&) noexcept = default;
  AsCompleted& operator=(AsCompleted&&) noexcept = delete;
  ~AsCompleted() { m_completions.reset(); }  // before the futures that it watches

  /// An input iterator over the futures that are done.
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;  ///< as iterators have it
    using value_type = Item;                 ///< what the range gives
    /// For the range.
    explicit Iterator(AsCompleted* range) : m_range(range) {}
    /// The future that is done.
    Item& operator*() const { return *m_range->m_current; }
    /// Waits for the next one. Throws TimeoutError.
    Iterator& operator++() {
      m_range->advance();
      return *this;
    }
    /// The same; both iterators are at the next one then.
    Iterator operator++(int) {
      ++*this;
      return *this;
    }
    /// True at the end.
    bool operator==(std::default_sentinel_t) const { return !m_range->m_current; }

   private:
    AsCompleted* m_range;
  };

  /// Waits for the first one. Once only. Throws TimeoutError.
  Iterator begin() {
    advance();
    return Iterator(this);
  }
  /// The end.
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

  std::unordered_map<const detail::FutureState*, Item> m_left{};
  std::unique_ptr<detail::Completions> m_completions;
  detail::Deadline m_deadline;
  std::size_t m_total = 0;
  std::optional<Item> m_current{};
};

/// A range of the futures in the order in which they become done. `futures` is any range of Future<Type>;
/// duplicates count once. The timeout counts from this call: when it has passed, advancing the range throws
/// TimeoutError if futures are unfinished. Source: concurrent.futures.as_completed.
template <std::ranges::input_range Futures>
auto as_completed(Futures&& futures) {
  return AsCompleted<detail::FutureOf<Futures>>(detail::distinct(futures), std::nullopt);
}
/// The same with a timeout.
template <std::ranges::input_range Futures, typename Rep, typename Period>
auto as_completed(Futures&& futures, std::chrono::duration<Rep, Period> timeout) {
  return AsCompleted<detail::FutureOf<Futures>>(detail::distinct(futures), detail::deadline_after(timeout));
}
/// The same for futures of different types. An item is a std::variant of the futures; its index() tells which
/// of the arguments is done:
///
///     for (auto& done : spritefarm::as_completed(30s, page, image))
///       std::visit([](auto& future) { save(future.result()); }, done);
template <typename... Types>
requires(sizeof...(Types) > 0) auto as_completed(Duration timeout, const Future<Types>&... futures) {
  return AsCompleted<std::variant<Future<Types>...>>(detail::variants_of(futures...),
                                                     detail::deadline_after(timeout));
}
/// The same without a timeout.
template <typename... Types>
requires(sizeof...(Types) > 0) auto as_completed(const Future<Types>&... futures) {
  return as_completed(Duration::max(), futures...);
}

}  // namespace spritefarm
