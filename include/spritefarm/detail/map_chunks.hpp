#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/arguments.hpp>
#include <spritefarm/detail/chunk_source.hpp>
#include <spritefarm/detail/map_items.hpp>
#include <spritefarm/detail/outcome.hpp>
#include <spritefarm/detail/remote_function.hpp>
#include <spritefarm/task.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm {
namespace detail {

/// A function object that cannot be copied, shared by the chunks of a map() in threads.
template <typename Function>
class SharedFunction {
 public:
  explicit SharedFunction(Function&& function)
      : m_function(std::make_shared<Function>(std::move(function))) {}
  template <typename... Args>
  requires std::is_invocable_v<Function&, Args...>
  decltype(auto) operator()(Args&&... args) const {
    return std::invoke(*m_function, std::forward<Args>(args)...);
  }

 private:
  std::shared_ptr<Function> m_function;
};
template <typename Function>
using MappedT =
    std::conditional_t<std::is_copy_constructible_v<Function>, Function, SharedFunction<Function>>;

/// Calls the function with an item.
template <typename R, typename Function, typename... Args>
Outcome<R> outcome_of(Function& function, std::tuple<Args...>& item) {
  Outcome<R> outcome;
  try {
    if constexpr (std::is_void_v<R>) {
      std::apply([&](Args&... args) { std::invoke(function, std::move(args)...); }, item);
      outcome.value.emplace();
    } else {
      outcome.value.emplace(
          std::apply([&](Args&... args) -> R { return std::invoke(function, std::move(args)...); }, item));
    }
  } catch (...) {
    outcome.exception = std::current_exception();
  }
  return outcome;
}

/// The function object that map() submits: calls a function with each item of a chunk.
template <typename Function, typename Item>
struct ChunkRunner;
template <typename Function, typename... Args>
struct ChunkRunner<Function, std::tuple<Args...>> {
  using Item = std::tuple<Args...>;
  using R = ResultOf<Function, Args...>;
  static constexpr bool is_coroutine = is_task<Returned<Function, Args...>>;

  Function function;

  auto operator()(std::vector<Item> items) const {
    if constexpr (is_coroutine)
      return run_coroutines(function, std::move(items));
    else
      return run_functions(std::move(items));
  }

 private:
  MapChunk<R> run_functions(std::vector<Item> items) const {
    Function called = function;
    MapChunk<R> chunk;
    chunk.outcomes.reserve(items.size());
    for (Item& item : items) chunk.outcomes.push_back(outcome_of<R>(called, item));
    return chunk;
  }
  static Task<MapChunk<R>> run_coroutines(Function called, std::vector<Item> items) {
    MapChunk<R> chunk;
    chunk.outcomes.resize(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      Outcome<R>& outcome = chunk.outcomes[i];
      try {
        Task<R> task =
            std::apply([&](Args&... args) { return std::invoke(called, std::move(args)...); }, items[i]);
        if constexpr (std::is_void_v<R>) {
          co_await std::move(task);
          outcome.value.emplace();
        } else {
          outcome.value.emplace(co_await std::move(task));
        }
      } catch (...) {
        outcome.exception = std::current_exception();
      }
    }
    co_return chunk;
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
