#pragma once

#include <spritefarm/detail/call.hpp>
#include <spritefarm/detail/map_chunks.hpp>
#include <spritefarm/detail/remote_function.hpp>
#include <spritefarm/errors.hpp>
#include <spritefarm/future.hpp>
#include <spritefarm/map.hpp>
#include <spritefarm/task_options.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace spritefarm {

/// Runs calls. A call of a function that returns T gives a Future<T>, and blocks its worker while it runs. A
/// call of a coroutine function that returns Task<T> gives a Future<T> too, and one worker can have many of
/// them in flight. Any thread of the process that created the executor may call any member.
/// Source: concurrent.futures.Executor.
class Executor {
 public:
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  /// Calls `function(args...)` in a worker. The call owns the function and the arguments: they are copied or
  /// moved, and a string_view, a `const char*` or a span is copied with its elements. Throws
  /// std::runtime_error after shutdown(), and BrokenExecutor if the executor is broken. If the call must
  /// cross to another process and cannot, the future throws CodecError, or the exception of a Codec.
  template <typename F, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<F>, TaskOptions>) auto submit(F&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<F>(function), std::forward<Args>(args)...);
  }
  template <typename F, typename... Args>
  auto submit(const TaskOptions& options, F&& function, Args&&... args) {
    return submit_kept<std::decay_t<F>, detail::KeptT<Args>...>(options, std::forward<F>(function),
                                                                detail::keep(std::forward<Args>(args))...);
  }

  /// Calls `function` with each item of a range and returns the results. With several ranges, calls it with
  /// one item of each until the shortest range ends. A range that is an lvalue must outlive the results; the
  /// results must not outlive the executor. Throws std::invalid_argument if chunksize or buffersize is below
  /// 1, and as submit().
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
    using Runner = detail::ChunkRunner<std::decay_t<F>, typename Items::Item>;
    using Results = MapResults<typename Runner::R>;
    // Shared, because a std::function must be copyable.
    auto items = std::make_shared<Items>(std::forward<Ranges>(ranges)...);
    const int max_items = std::min(options.chunksize, options.buffersize.value_or(options.chunksize));
    auto submit_next = [this, items, runner = Runner{std::forward<F>(function)}, max_items,
                        task = options.task]() -> std::optional<typename Results::Pending> {
      auto chunk = detail::take_chunk(*items, max_items);
      if (chunk.empty()) return std::nullopt;
      const std::size_t size = chunk.size();
      return typename Results::Pending{submit(task, runner, std::move(chunk)), size};
    };
    return Results(std::move(submit_next), options);
  }

  /// Refuses new calls. Submitted calls still run; with `cancel_futures`, calls that have not started are
  /// cancelled. With `wait`, returns when all calls are done and the workers have ended. May be called more
  /// than once.
  virtual void shutdown(bool wait = true, bool cancel_futures = false) = 0;

 protected:
  Executor() = default;

  /// True if calls run in other processes. schedule() gets a RemoteCall then, else a LocalCall.
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
      auto call = std::make_shared<detail::RemoteCallFor<R>>(
          options, std::move(request), detail::is_task<detail::Returned<Function, Args...>>);
      schedule(call);
      return Future<R>(std::move(call));
    } else {
      Future<R> failed;
      failed.set_exception(
          std::make_exception_ptr(CodecError("the function, an argument or the result of this call cannot be "
                                             "sent to another process: "
                                             "specialise spritefarm::Codec for its type")));
      return failed;
    }
  }
};

}  // namespace spritefarm
