#pragma once

#include <spritefarm/detail/call.hpp>
#include <spritefarm/detail/chunk_submission.hpp>
#include <spritefarm/detail/map_chunks.hpp>
#include <spritefarm/detail/remote_function.hpp>
#include <spritefarm/detail/visibility.hpp>
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
#include <type_traits>
#include <utility>
#include <vector>

namespace SPRITEFARM_API spritefarm {

class LocalExecutor;

/// Runs calls. A call of a function that returns Type gives a Future<Type>, and blocks its worker while it
/// runs. A call of a coroutine function that returns Task<Type> gives a Future<Type> too, and one worker can
/// have many of them in flight. Any thread of the process that created the executor may call any member.
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
  template <typename Fn, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<Fn>, TaskOptions>) auto submit(Fn&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<Fn>(function), std::forward<Args>(args)...);
  }
  /// The same with options of this call.
  template <typename Fn, typename... Args>
  auto submit(const TaskOptions& options, Fn&& function, Args&&... args) {
    using Function = std::decay_t<Fn>;
    if constexpr (detail::takes_stop_token<Function, detail::KeptT<Args>...>) {
      using Stoppable = detail::Stoppable<Function>;
      if (!crosses_processes())
        return submit_local<Stoppable, detail::KeptT<Args>...>(
            options, Stoppable(Function(std::forward<Fn>(function))),
            detail::keep(std::forward<Args>(args))...);
      return refuse<Stoppable, detail::KeptT<Args>...>("a std::stop_token cannot be sent to another process");
    } else if constexpr (!detail::check_call<Function, detail::KeptT<Args>...>()) {
      return Future<void>();
    } else {
      if (!crosses_processes())
        return submit_local<Function, detail::KeptT<Args>...>(options, std::forward<Fn>(function),
                                                              detail::keep(std::forward<Args>(args))...);
      if constexpr (detail::portable_call<Function, detail::KeptT<Args>...>)
        return submit_remote<Function>(options, function, detail::SentTypes<Function, Args...>(), args...);
      else
        return refuse<Function, detail::KeptT<Args>...>(
            "the function, an argument or the result of this call cannot be sent to another process: "
            "specialise spritefarm::Codec for its type");
    }
  }

  /// Calls `function` with each item of a range and returns the results. With several ranges, calls it with
  /// one item of each until the shortest range ends. The calls own their items: what is a view or a proxy in
  /// the range, such as a string_view, is copied with its elements. A range that is an lvalue must outlive
  /// the results; the results must not outlive the executor. Throws std::invalid_argument if chunksize or
  /// buffersize is below 1, and as submit(). An exception of the range cancels the calls that have not
  /// started.
  template <typename Fn, std::ranges::input_range Range>
  auto map(Fn&& function, Range&& items, const MapOptions& options = {}) {
    return map(options, std::forward<Fn>(function), std::forward<Range>(items));
  }
  /// The same with two ranges.
  template <typename Fn, std::ranges::input_range Range1, std::ranges::input_range Range2>
  auto map(Fn&& function, Range1&& first, Range2&& second, const MapOptions& options = {}) {
    return map(options, std::forward<Fn>(function), std::forward<Range1>(first),
               std::forward<Range2>(second));
  }
  /// The same with any number of ranges, and the options first.
  template <typename Fn, std::ranges::input_range... Ranges>
  auto map(const MapOptions& options, Fn&& function, Ranges&&... ranges) {
    return map_by(*this, options, std::forward<Fn>(function), std::forward<Ranges>(ranges)...);
  }

  /// Refuses new calls. Submitted calls still run; with `cancel_futures`, calls that have not started are
  /// cancelled. With `wait`, returns when all calls are done and the workers have ended. May be called more
  /// than once. In a call or a callback that runs on a thread of the executor, `wait` throws
  /// std::runtime_error, after the executor has begun to shut down; the destructor does not wait there.
  virtual void shutdown(bool wait = true, bool cancel_futures = false) = 0;

 protected:
  Executor() = default;

  /// True if calls run in other processes. schedule() gets a RemoteCall then, else a LocalCall.
  [[nodiscard]] virtual bool crosses_processes() const noexcept = 0;
  /// True if those processes may be on other machines. Functions of shared libraries do not cross then.
  [[nodiscard]] virtual bool crosses_machines() const noexcept { return false; }
  /// Where the requests lie that are too large to be sent. Null: none are.
  virtual detail::LargeMemory* large_memory() noexcept { return nullptr; }
  /// Takes a new call. Throws as submit().
  virtual void schedule(std::shared_ptr<detail::Call> call) = 0;

  // Executors that know where their calls run choose between these at compile time.

  /// Submits a call that runs in this process.
  template <typename Function, typename... Args>
  auto submit_local(const TaskOptions& options, Function function, Args... args) {
    using R = detail::ResultOf<Function, Args...>;
    auto call = std::make_shared<detail::LocalCallTo<R, Function, Args...>>(options, std::move(function),
                                                                            std::move(args)...);
    schedule(call);
    return Future<R>(std::move(call));
  }
  /// Submits a call that runs in another process, to which its arguments cross as values of type Sent.
  template <typename Function, typename... Sent, typename... Args>
  auto submit_remote(const TaskOptions& options, const Function& function, detail::TypeList<Sent...> types,
                     const Args&... args) {
    using R = detail::ResultOf<Function, Sent...>;
    std::optional<detail::Encoded> request;
    try {
      const detail::FunctionsOfProgramAlone checked(crosses_machines());
      request = detail::encode_call<Function>(large_memory(), types, function, args...);
    } catch (...) {
      Future<R> failed;
      failed.set_exception(std::current_exception());
      return failed;
    }
    auto call = std::make_shared<detail::RemoteCallFor<R>>(
        options, *std::move(request), detail::is_task<detail::Returned<Function, Sent...>>);
    schedule(call);
    return Future<R>(std::move(call));
  }

  /// True if a map() whose MapOptions give no chunksize is cut into calls by the time that items take. The
  /// CallOwner then has a submit_again().
  [[nodiscard]] virtual bool chooses_chunks() const noexcept { return false; }

  /// What a map() returns that does not compile, so that the compiler reports one error.
  static MapResults<void> results_of_refused(const MapOptions& options) { return {nullptr, options, 0}; }

  /// Does what map() does, by the submit() of `self`.
  template <typename Self, typename Fn, typename... Ranges>
  static auto map_by(Self& self, const MapOptions& options, Fn&& function, Ranges&&... ranges) {
    if (options.chunksize && *options.chunksize < 1)
      throw std::invalid_argument("map(): chunksize must be at least 1");
    if (options.buffersize && *options.buffersize < 1)
      throw std::invalid_argument("map(): buffersize must be at least 1");
    using Items = detail::Zipped<Ranges...>;
    using Function = detail::MappedT<std::decay_t<Fn>>;
    if constexpr (!detail::check_call<Function, typename detail::KeptRange<Ranges>::Item...>()) {
      return results_of_refused(options);
    } else {
      using Runner = detail::ChunkRunner<Function, typename Items::Item>;
      using Results = MapResults<typename Runner::R>;
      const auto max_items = static_cast<std::size_t>(options.buffersize.value_or(0));
      if constexpr (!std::derived_from<Self, LocalExecutor> && !Runner::is_coroutine &&
                    detail::portable_call<Function, typename detail::KeptRange<Ranges>::Item...>) {
        Executor& executor = self;
        if (!options.chunksize && !options.task.timeout && options.task.retries == 0 &&
            executor.chooses_chunks()) {
          const auto submit = [&executor](const auto& map, const auto& chunk) {
            return executor.submit_timed(map, chunk);
          };
          // So small that all workers have some.
          const std::size_t max_chunk = max_items > 0 ? std::max<std::size_t>(1, max_items / 8) : 0;
          return Results(
              std::make_unique<detail::TimedChunks<Function, Items, decltype(submit)>>(
                  Function(std::forward<Fn>(function)), submit, max_chunk, std::forward<Ranges>(ranges)...),
              options, max_items);
        }
      }
      const auto submit = [&self, task = options.task](const Runner& runner, auto chunk) {
        return self.submit(task, runner, std::move(chunk));
      };
      std::size_t chunksize = static_cast<std::size_t>(options.chunksize.value_or(1));
      if (max_items > 0) chunksize = std::min(chunksize, max_items);
      return Results(std::make_unique<detail::FixedChunks<Runner, Items, decltype(submit)>>(
                         Runner{Function(std::forward<Fn>(function))}, submit, chunksize,
                         std::forward<Ranges>(ranges)...),
                     options, max_items / chunksize * chunksize);
    }
  }

 private:
  template <typename Function, typename... Args>
  static auto refuse(const char* why) {
    Future<detail::ResultOf<Function, Args...>> failed;
    failed.set_exception(std::make_exception_ptr(CodecError(why)));
    return failed;
  }

  template <typename Function, typename Item>
  auto submit_timed(const std::shared_ptr<detail::TimedMap<Function, Item>>& map,
                    const std::vector<Item>& chunk) {
    using Call = detail::TimedChunkCall<Function, Item>;
    using FutureType = Future<detail::MapChunk<typename Call::R>>;
    std::shared_ptr<Call> call;
    try {
      call = std::make_shared<Call>(map, chunk);
    } catch (...) {  // of a Codec
      FutureType failed;
      failed.set_exception(std::current_exception());
      return failed;
    }
    schedule(call);
    return FutureType(std::move(call));
  }
};

/// An executor whose calls run in this process. They take every movable type: nothing crosses, so nothing
/// needs a Codec. Source: none; the common part of ThreadPoolExecutor and SerialExecutor.
class LocalExecutor : public Executor {
 public:
  /// As Executor::submit().
  template <typename Fn, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<Fn>, TaskOptions>) auto submit(Fn&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<Fn>(function), std::forward<Args>(args)...);
  }
  /// The same with options of this call.
  template <typename Fn, typename... Args>
  auto submit(const TaskOptions& options, Fn&& function, Args&&... args) {
    using Function = std::decay_t<Fn>;
    if constexpr (detail::takes_stop_token<Function, detail::KeptT<Args>...>)
      return submit_local<detail::Stoppable<Function>, detail::KeptT<Args>...>(
          options, detail::Stoppable<Function>(Function(std::forward<Fn>(function))),
          detail::keep(std::forward<Args>(args))...);
    else if constexpr (detail::check_call<Function, detail::KeptT<Args>...>())
      return submit_local<std::decay_t<Fn>, detail::KeptT<Args>...>(
          options, std::forward<Fn>(function), detail::keep(std::forward<Args>(args))...);
    else
      return Future<void>();
  }

  /// As Executor::map().
  template <typename Fn, std::ranges::input_range Range>
  auto map(Fn&& function, Range&& items, const MapOptions& options = {}) {
    return map(options, std::forward<Fn>(function), std::forward<Range>(items));
  }
  /// The same with two ranges.
  template <typename Fn, std::ranges::input_range Range1, std::ranges::input_range Range2>
  auto map(Fn&& function, Range1&& first, Range2&& second, const MapOptions& options = {}) {
    return map(options, std::forward<Fn>(function), std::forward<Range1>(first),
               std::forward<Range2>(second));
  }
  /// The same with any number of ranges, and the options first.
  template <typename Fn, std::ranges::input_range... Ranges>
  auto map(const MapOptions& options, Fn&& function, Ranges&&... ranges) {
    return map_by(*this, options, std::forward<Fn>(function), std::forward<Ranges>(ranges)...);
  }

 private:
  [[nodiscard]] bool crosses_processes() const noexcept final { return false; }
};

/// An executor whose calls run in other processes. Source: none; the common part of ProcessPoolExecutor and
/// ClusterExecutor.
class RemoteExecutor : public Executor {
 public:
  /// As Executor::submit(). A call that cannot cross to another process does not compile.
  template <typename Fn, typename... Args>
  requires(!std::same_as<std::remove_cvref_t<Fn>, TaskOptions>) auto submit(Fn&& function, Args&&... args) {
    return submit(TaskOptions{}, std::forward<Fn>(function), std::forward<Args>(args)...);
  }
  /// The same with options of this call.
  template <typename Fn, typename... Args>
  auto submit(const TaskOptions& options, Fn&& function, Args&&... args) {
    using Function = std::decay_t<Fn>;
    if constexpr (detail::check_remote_call<Function, detail::KeptT<Args>...>())
      return submit_remote<Function>(options, function, detail::SentTypes<Function, Args...>(), args...);
    else
      return Future<void>();
  }

  /// As Executor::map(). Calls that cannot cross to another process do not compile.
  template <typename Fn, std::ranges::input_range Range>
  auto map(Fn&& function, Range&& items, const MapOptions& options = {}) {
    return map(options, std::forward<Fn>(function), std::forward<Range>(items));
  }
  /// The same with two ranges.
  template <typename Fn, std::ranges::input_range Range1, std::ranges::input_range Range2>
  auto map(Fn&& function, Range1&& first, Range2&& second, const MapOptions& options = {}) {
    return map(options, std::forward<Fn>(function), std::forward<Range1>(first),
               std::forward<Range2>(second));
  }
  /// The same with any number of ranges, and the options first.
  template <typename Fn, std::ranges::input_range... Ranges>
  auto map(const MapOptions& options, Fn&& function, Ranges&&... ranges) {
    if constexpr (detail::check_remote_call<std::decay_t<Fn>, typename detail::KeptRange<Ranges>::Item...>())
      return map_by(*this, options, std::forward<Fn>(function), std::forward<Ranges>(ranges)...);
    else
      return results_of_refused(options);
  }

 private:
  [[nodiscard]] bool crosses_processes() const noexcept final { return true; }
};

}  // namespace spritefarm
