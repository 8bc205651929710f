#pragma once

#include <spritefarm/detail/call.hpp>
#include <spritefarm/map.hpp>

#include <algorithm>
#include <concepts>
#include <memory>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace spritefarm {

/// Runs calls, now or later, here or elsewhere. A function that returns T gives a Future<T> and blocks its
/// worker while it runs; a coroutine function that returns Task<T> gives a Future<T> too, and one worker has
/// many of those in flight. Every member may be called from any thread of the process that made the executor.
/// Source: concurrent.futures.Executor.
class Executor {
 public:
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Calls `function(args...)` in a worker. Function and arguments are copied or moved into the call; text
  /// and spans are copied. Throws std::runtime_error after shutdown() and BrokenExecutor when the executor is
  /// broken. Where the call has to cross to another process and cannot, the future holds a CodecError, or what its
  /// Codec threw.
  template <typename F, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<F>, TaskOptions>) auto submit(F&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<F>(function), std::forward<Args>(args)...);
  }
  template <typename F, typename... Args>
  auto submit(const TaskOptions& options, F&& function, Args&&... args) {
    return submit_kept<std::decay_t<F>, detail::KeptT<Args>...>(options, std::forward<F>(function),
                                                                detail::keep(std::forward<Args>(args))...);
  }

  /// Calls `function` with each item of a range (with each of several ranges side by side, until the shortest ends) and
  /// gives the results. A range that is an lvalue must outlive the results; they must not outlive the executor.
  /// Throws std::invalid_argument for a chunksize or a buffersize below 1, and what submit() throws.
  template <typename F, std::ranges::input_range Range>
  auto map(F&& function, Range&& items, const MapOptions& options = {}) {
    return map(options, std::forward<F>(function), std::forward<Range>(items));
  }
  template <typename F, std::ranges::input_range Range1, std::ranges::input_range Range2>
  auto map(F&& function, Range1&& first, Range2&& second, const MapOptions& options = {}) {
    return map(options, std::forward<F>(function), std::forward<Range1>(first), std::forward<Range2>(second));
  }
  template <typename F, std::ranges::input_range... Ranges>
  auto map(const MapOptions& options, F&& function, Ranges&&... ranges) {
    if (options.chunksize < 1) throw std::invalid_argument("map(): chunksize must be at least 1");
    if (options.buffersize && *options.buffersize < 1)
      throw std::invalid_argument("map(): buffersize must be at least 1");
    using Items = detail::Zipped<Ranges...>;
    using Item = typename Items::Item;
    using Runner = detail::ChunkRunner<std::decay_t<F>, Item>;
    using Results = MapResults<typename Runner::R>;
    // Shared, because a std::function must be copyable.
    auto items = std::make_shared<Items>(std::forward<Ranges>(ranges)...);
    const int most = std::min(options.chunksize, options.buffersize.value_or(options.chunksize));
    auto submit_next = [this, items, runner = Runner{std::forward<F>(function)}, most,
                        task = options.task]() -> std::optional<typename Results::Pending> {
      std::vector<Item> chunk;
      while (static_cast<int>(chunk.size()) < most) {
        std::optional<Item> item = items->next();
        if (!item) break;
        chunk.push_back(std::move(*item));
      }
      if (chunk.empty()) return std::nullopt;
      const std::size_t size = chunk.size();
      return typename Results::Pending{submit(task, runner, std::move(chunk)), size};
    };
    return Results(std::move(submit_next), options);
  }

  /// Takes no more calls. Those that have been submitted still run, unless `cancel_futures` cancels the ones
  /// that have not started. With `wait`, returns when all are done and the workers have ended. May be called
  /// again.
  virtual void shutdown(bool wait = true, bool cancel_futures = false) = 0;

 protected:
  Executor() = default;

  /// Whether calls run in other processes: then schedule() is given RemoteCalls, else LocalCalls.
  [[nodiscard]] virtual bool crosses_processes() const noexcept = 0;
  virtual void schedule(std::shared_ptr<detail::Call> call) = 0;

 private:
  template <typename Function, typename... Args>
  auto submit_kept(const TaskOptions& options, Function function, Args... args) {
    static_assert(std::is_invocable_v<Function&, Args&&...>,
                  "the function cannot be called with these arguments");
    using R = detail::ResultOf<Function, Args...>;
    if (!crosses_processes()) {
      auto call = std::make_shared<detail::LocalCallTo<R, Function, Args...>>(options, std::move(function),
                                                                              std::move(args)...);
      schedule(call);
      return Future<R>(std::move(call));
    }
    if constexpr (detail::portable_call<Function, Args...>) {
      std::string request;
      try {
        request = detail::encode_request(function, args...);
      } catch (...) {
        Future<R> failed;
        failed.set_exception(std::current_exception());
        return failed;
      }
      auto call = std::make_shared<detail::RemoteCallFor<R>>(options, std::move(request),
                                                             is_task<detail::Returned<Function, Args...>>);
      schedule(call);
      return Future<R>(std::move(call));
    } else {
      Future<R> failed;
      failed.set_exception(std::make_exception_ptr(CodecError(
          "the function, an argument or the result of this call cannot travel to another process; see "
          "spritefarm::Portable")));
      return failed;
    }
  }
};

}  // namespace spritefarm
