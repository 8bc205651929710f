#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/arguments.hpp>
#include <spritefarm/detail/future_state.hpp>
#include <spritefarm/detail/large_bytes.hpp>
#include <spritefarm/detail/stoppable.hpp>
#include <spritefarm/detail/visibility.hpp>
#include <spritefarm/errors.hpp>
#include <spritefarm/event_loop.hpp>
#include <spritefarm/task.hpp>
#include <spritefarm/task_options.hpp>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace SPRITEFARM_API spritefarm {
namespace detail {

class Call;
class RemoteCall;

/// The executor of a call, as the call and its future see it. FutureState documents the members. Any thread.
class CallOwner {
 public:
  virtual ~CallOwner() = default;
  virtual bool recall(Call& call) = 0;
  virtual void refresh(Call& call) = 0;
  virtual bool terminate(Call& call) = 0;
  /// Submits calls that do what a call of this owner has left, ahead of all that wait, even after shutdown().
  /// If that fails, so do their futures. Called while the owner completes that call. To be overridden with
  /// Executor::chooses_chunks().
  virtual void submit_again(std::vector<std::shared_ptr<RemoteCall>> calls);
};

/// A submitted call. Owned by its executor, and shared with the Futures through state().
class Call {
 public:
  explicit Call(const TaskOptions& options)
      : m_options(options == usual_options ? nullptr : std::make_unique<const TaskOptions>(options)) {}
  virtual ~Call() = default;
  virtual FutureState& state() noexcept = 0;
  [[nodiscard]] const TaskOptions& options() const noexcept { return m_options ? *m_options : usual_options; }

  /// Called once, before another thread can see the call.
  void set_owner(std::weak_ptr<CallOwner> owner) noexcept { m_owner = std::move(owner); }

 protected:
  [[nodiscard]] std::shared_ptr<CallOwner> owner() const noexcept { return m_owner.lock(); }

 private:
  static constexpr TaskOptions usual_options{};

  std::unique_ptr<const TaskOptions> m_options;  // null: the usual ones, which most calls have
  std::weak_ptr<CallOwner> m_owner{};
};

/// A local or remote call together with the state of its future.
template <typename Kind, typename R>
class CallWithFuture : public Kind, public ResultState<R> {
 public:
  using Kind::Kind;
  FutureState& state() noexcept final { return *this; }

 private:
  bool recall() final {
    const auto holder = this->owner();
    return holder && holder->recall(*this);
  }
  void refresh() final {
    if (const auto holder = this->owner()) holder->refresh(*this);
  }
  bool terminate() final {
    const auto holder = this->owner();
    return holder && holder->terminate(*this);
  }
};

/// A call that runs in the process that submitted it. A worker calls run() once, on its loop, after begin()
/// has returned true.
class LocalCall : public Call {
 public:
  using Call::Call;
  /// Runs the call and finishes its future. A coroutine can continue after this returns. Calls `on_end` on
  /// this thread when the future is done; `on_end` may destroy the call.
  virtual void run(std::function<void()> on_end) = 0;
  /// Destroys a coroutine at its suspension point and finishes its future by end_early(). Does nothing for a
  /// plain function. Called on the thread of its loop.
  virtual void stop(std::exception_ptr exception) = 0;
  [[nodiscard]] virtual bool is_coroutine() const noexcept = 0;
  /// True if the function takes a std::stop_token.
  [[nodiscard]] virtual bool can_be_asked_to_stop() const noexcept = 0;
  /// Asks such a function to stop. Any thread.
  virtual void request_stop() = 0;
};

/// A call that runs in another process: the number of the function and the encoded arguments.
class RemoteCall : public Call {
 public:
  RemoteCall(const TaskOptions& options, Encoded request, bool coroutine)
      : Call(options), m_request(std::move(request)), m_is_coroutine(coroutine) {}
  /// The bytes of the call: see encode_call().
  [[nodiscard]] const Encoded& request() const noexcept { return m_request; }
  /// Gives up large bytes of a call that is done, whose future may live on.
  void release_large() noexcept { m_request.large.reset(); }
  /// Finishes the future with the encoded result, or with the exception that decoding throws.
  virtual void complete(std::string_view result, BytesIn where) = 0;
  [[nodiscard]] bool is_coroutine() const noexcept { return m_is_coroutine; }

  /// The number by which the pool finds the call. 0: the pool has released it. Guarded by the lock of the
  /// pool.
  std::uint32_t index = 0;
  /// The exception of the future is the death of the worker, not one that the function threw. Set before the
  /// future is done.
  bool worker_died = false;

 private:
  Encoded m_request;
  bool m_is_coroutine;
};

inline void CallOwner::submit_again(std::vector<std::shared_ptr<RemoteCall>> calls) {
  for (const auto& call : calls)
    call->state().end_early(
        std::make_exception_ptr(std::logic_error("this executor takes no rest of a call")));
}

template <typename R, typename Function, typename... Args>
class LocalCallTo final : public CallWithFuture<LocalCall, R> {
 public:
  template <typename Fn, typename... As>
  LocalCallTo(const TaskOptions& options, Fn&& function, As&&... args)
      : CallWithFuture<LocalCall, R>(options),
        m_target(std::in_place, std::forward<Fn>(function), std::forward<As>(args)...),
        m_stop(stop_of(std::get<0>(*m_target))) {}

  void run(std::function<void()> on_end) override {
    try {
      if constexpr (coroutine) {
        m_running.task.emplace(invoke());
        m_running.on_end = std::move(on_end);
        if (const auto timeout = this->options().timeout)
          m_running.deadline = EventLoop::current().call_after(*timeout, [this] {
            stop(std::make_exception_ptr(TimeoutError("the call did not end within its timeout")));
          });
        m_running.task->start([this] { finish_task(); });
        return;
      } else if constexpr (std::is_void_v<R>) {
        invoke();
        m_target.reset();
        this->set_result();
      } else {
        R result = invoke();
        m_target.reset();  // destroys the arguments before the result is visible
        this->set_result(std::move(result));
      }
    } catch (...) {
      m_target.reset();
      this->end_early(std::current_exception());
    }
    on_end();
  }

  void stop([[maybe_unused]] std::exception_ptr exception) override {
    if constexpr (coroutine) {
      if (!m_running.task) return;
      request_stop();
      release();
      this->end_early(std::move(exception));
      end();
    }
  }
  [[nodiscard]] bool is_coroutine() const noexcept override { return coroutine; }
  [[nodiscard]] bool can_be_asked_to_stop() const noexcept override { return is_stoppable<Function>; }
  void request_stop() override {
    if constexpr (is_stoppable<Function>) m_stop.request_stop();
  }

 private:
  static constexpr bool coroutine = is_task<Returned<Function, Args...>>;

  // Two types: members of one empty type would take space, to have different addresses.
  struct NoStop {};
  struct NoTask {};
  using Stop = std::conditional_t<is_stoppable<Function>, std::stop_source, NoStop>;
  static Stop stop_of([[maybe_unused]] const Function& function) {
    if constexpr (is_stoppable<Function>)
      return function.stop_source();
    else
      return {};
  }

  decltype(auto) invoke() {
    return std::apply(
        [](Function& function, Args&... args) -> decltype(auto) {
          return std::invoke(function, std::move(args)...);
        },
        *m_target);
  }
  void finish_task() {
    try {
      if constexpr (std::is_void_v<R>) {
        m_running.task->take();
        release();
        this->set_result();
      } else {
        R result = m_running.task->take();
        release();
        this->set_result(std::move(result));
      }
    } catch (...) {
      release();
      this->end_early(std::current_exception());
    }
    end();
  }
  void release() {
    m_running.task.reset();
    m_target.reset();
  }
  /// Must be the last step: `on_end` may destroy the call.
  void end() {
    const EventLoop::Timer deadline = std::move(m_running.deadline);
    const std::function<void()> ended = std::move(m_running.on_end);
    ended();
  }

  /// A coroutine that has started.
  struct Running {
    std::optional<std::conditional_t<coroutine, Returned<Function, Args...>, NoTask>> task{};
    std::function<void()> on_end{};
    EventLoop::Timer deadline{};
  };
  std::optional<std::tuple<Function, Args...>> m_target;
  [[no_unique_address]] Stop m_stop;
  // Destroyed before the arguments, to which the coroutine may refer.
  [[no_unique_address]] std::conditional_t<coroutine, Running, NoTask> m_running{};
};

template <typename R>
class RemoteCallFor final : public CallWithFuture<RemoteCall, R> {
 public:
  using CallWithFuture<RemoteCall, R>::CallWithFuture;
  void complete(std::string_view result, BytesIn where) override {
    try {
      Decoder from(result, where);
      if constexpr (std::is_void_v<R>) {
        from.finish();
        this->set_result();
      } else {
        R value = decode<R>(from);
        from.finish();
        this->set_result(std::move(value));
      }
    } catch (...) {
      this->end_early(std::current_exception());
    }
  }
};

}  // namespace detail
}  // namespace spritefarm
