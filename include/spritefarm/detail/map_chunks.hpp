#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/arguments.hpp>
#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/detail/remote_function.hpp>
#include <spritefarm/task.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm {
namespace detail {

/// A range that was passed to map(): a reference to an lvalue, which must outlive the map, or a moved rvalue.
template <typename Range>
class KeptRange {
 public:
  explicit KeptRange(Range&& range) : m_range(std::forward<Range>(range)) {}
  auto begin() { return std::ranges::begin(m_range); }
  auto end() { return std::ranges::end(m_range); }

 private:
  Range m_range;  // a reference if it was an lvalue
};

/// The items of several ranges side by side, until the shortest range ends. Source: zip().
template <typename... Ranges>
class Zipped {
 public:
  using Item = std::tuple<KeptT<std::ranges::range_reference_t<Ranges>>...>;

  explicit Zipped(Ranges&&... ranges) : m_ranges(KeptRange<Ranges>(std::forward<Ranges>(ranges))...) {}

  std::optional<Item> next() { return next_of(std::index_sequence_for<Ranges...>{}); }

 private:
  template <std::size_t... I>
  std::optional<Item> next_of(std::index_sequence<I...>) {
    // Creates the iterators at the first item, when this object is no longer moved.
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

/// Takes the next items, at most `max_items`. Empty at the end.
template <typename Items>
std::vector<typename Items::Item> take_chunk(Items& items, int max_items) {
  std::vector<typename Items::Item> chunk;
  while (static_cast<int>(chunk.size()) < max_items) {
    std::optional<typename Items::Item> item = items.next();
    if (!item) break;
    chunk.push_back(std::move(*item));
  }
  return chunk;
}

/// The function object that map() submits: calls a function with each item of a chunk.
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

}  // namespace spritefarm
