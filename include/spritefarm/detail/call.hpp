#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/future.hpp>
#include <spritefarm/task.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace spritefarm {

/// What one call may ask of its executor.
struct TaskOptions {
  /// How long the call may run, from its start on. Past that its future holds TimeoutError at once; a coroutine is
  /// destroyed where it waits, and a plain function's worker process is sent SIGTERM, then SIGKILL, and replaced. A
  /// plain function in a thread cannot be stopped: there the timeout has no effect.
  std::optional<std::chrono::nanoseconds> timeout = std::nullopt;
  /// How often the call is started again after its worker died under it. Only processes die alone.
  int retries = 0;
};

namespace detail {

/// How an argument is kept until its call runs: decayed, and what merely refers to characters or elements as
/// an owner.
template <typename T>
struct Kept {
  using type = T;
};
template <>
struct Kept<const char*> {
  using type = std::string;
};
template <>
struct Kept<char*> {
  using type = std::string;
};
template <>
struct Kept<std::string_view> {
  using type = std::string;
};
template <typename T, std::size_t N>
struct Kept<std::span<T, N>> {
  using type = std::vector<std::remove_cv_t<T>>;
};
template <typename T>
using KeptT = typename Kept<std::decay_t<T>>::type;

template <typename T>
KeptT<T> keep(T&& argument) {
  if constexpr (requires { KeptT<T>(std::forward<T>(argument)); })
    return KeptT<T>(std::forward<T>(argument));
  else
    return KeptT<T>(argument.begin(), argument.end());
}

// Arguments are moved into the call where it takes values, lent where it takes references.
template <typename Function, typename... Args>
using Returned = std::invoke_result_t<Function&, Args&&...>;
template <typename T>
struct WithoutTask {
  using type = std::remove_cvref_t<T>;
};
template <typename T>
struct WithoutTask<Task<T>> {
  using type = T;
};
/// What the future of the call holds.
template <typename Function, typename... Args>
using ResultOf = typename WithoutTask<Returned<Function, Args...>>::type;

class Call;

/// The executor of a call, as the call's future sees it. Any thread; see FutureState for what each does.
class CallOwner {
 public:
  virtual ~CallOwner() = default;
  virtual bool recall(Call& call) = 0;
  virtual void refresh(Call& call) = 0;
  virtual bool terminate(Call& call) = 0;
};

/// A submitted call, as its executor holds it. `state()` is what the caller's Future shares.
class Call {
 public:
  explicit Call(const TaskOptions& options) : m_options(options) {}
  virtual ~Call() = default;
  virtual FutureState& state() noexcept = 0;
  [[nodiscard]] const TaskOptions& options() const noexcept { return m_options; }

  /// Set once, before any other thread knows the call.
  void set_owner(std::weak_ptr<CallOwner> owner) noexcept { m_owner = std::move(owner); }

 protected:
  [[nodiscard]] std::shared_ptr<CallOwner> owner() const noexcept { return m_owner.lock(); }

 private:
  TaskOptions m_options;
  std::weak_ptr<CallOwner> m_owner;
};

/// A call of either kind, with the state that its future shares.
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

/// A call that runs in the process that submitted it. Its worker calls run() once, on its loop, when the
/// future's set_running_or_notify_cancel() has allowed it.
class LocalCall : public Call {
 public:
  using Call::Call;
  /// Runs the call and sets its future. A coroutine may go on after this returns; `on_end` is called, on this
  /// thread, when the call is over and its future set; it may destroy the call.
  virtual void run(std::function<void()> on_end) = 0;
  /// Ends a coroutine that waits, as FutureState::end_early() says; nothing for a plain function. On its loop's thread.
  virtual void stop(std::exception_ptr exception) = 0;
  [[nodiscard]] virtual bool is_coroutine() const noexcept = 0;

  /// On which it runs now; null: it does not. Its pool's, under the pool's lock.
  EventLoop* loop = nullptr;
};

/// A call that runs in another process: the function's number, and its arguments in bytes.
class RemoteCall : public Call {
 public:
  RemoteCall(const TaskOptions& options, std::string request, bool coroutine)
      : Call(options), m_request(std::move(request)), m_is_coroutine(coroutine) {}
  /// The function's id and the encoded arguments: what run_request() takes.
  [[nodiscard]] const std::string& request() const noexcept { return m_request; }
  /// Sets the future from the encoded result; what decoding throws becomes the future's exception.
  virtual void complete(std::string_view result) = 0;
  [[nodiscard]] bool is_coroutine() const noexcept { return m_is_coroutine; }

  /// Where its pool finds it; 0: the pool is done with it. Used by the pool alone, under its lock.
  std::uint32_t index = 0;

 private:
  std::string m_request;
  bool m_is_coroutine;
};

template <typename R, typename Function, typename... Args>
class LocalCallTo final : public CallWithFuture<LocalCall, R> {
 public:
  template <typename F, typename... As>
  LocalCallTo(const TaskOptions& options, F&& function, As&&... args)
      : CallWithFuture<LocalCall, R>(options),
        m_target(std::in_place, std::forward<F>(function), std::forward<As>(args)...) {}

  void run(std::function<void()> on_end) override {
    try {
      if constexpr (coroutine) {
        m_task.emplace(invoke());
        m_on_end = std::move(on_end);
        if (const auto timeout = this->options().timeout)
          m_deadline = EventLoop::current().call_after(*timeout, [this] {
            stop(std::make_exception_ptr(TimeoutError("the call did not end within its timeout")));
          });
        m_task->start([this] { finish_task(); });
        return;
      } else if constexpr (std::is_void_v<R>) {
        invoke();
        m_target.reset();
        this->set_result();
      } else {
        R result = invoke();
        m_target.reset();  // what the call held is gone before its result is seen
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
      if (!m_task) return;
      release();
      this->end_early(std::move(exception));
      end();
    }
  }
  [[nodiscard]] bool is_coroutine() const noexcept override { return coroutine; }

 private:
  static constexpr bool coroutine = is_task<Returned<Function, Args...>>;

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
        m_task->take();
        release();
        this->set_result();
      } else {
        R result = m_task->take();
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
    m_task.reset();
    m_target.reset();
  }
  /// The last act: the call may go with it.
  void end() {
    const EventLoop::Timer deadline = std::move(m_deadline);
    const std::function<void()> ended = std::move(m_on_end);
    ended();
  }

  struct Nothing {};
  std::optional<std::tuple<Function, Args...>> m_target;
  // Destroyed before the arguments, to which the coroutine may refer.
  std::optional<std::conditional_t<coroutine, Returned<Function, Args...>, Nothing>> m_task;
  std::function<void()> m_on_end;
  EventLoop::Timer m_deadline;
};

template <typename R>
class RemoteCallFor final : public CallWithFuture<RemoteCall, R> {
 public:
  using CallWithFuture<RemoteCall, R>::CallWithFuture;
  void complete(std::string_view result) override {
    try {
      Decoder from(result);
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

/// What a call needs to run in another process: see why_not_portable().
template <typename Function, typename... Args>
inline constexpr bool portable_function =
    std::is_function_v<std::remove_pointer_t<Function>> ||
    (std::is_empty_v<Function> && std::default_initializable<Function>) || Portable<Function>;
template <typename R>
inline constexpr bool portable_result = std::is_void_v<R> || Portable<R>;
template <typename Function, typename... Args>
inline constexpr bool portable_call = portable_function<Function> &&
                                      (Portable<Args> && ...) && portable_result<ResultOf<Function, Args...>>;

/// How a function object travels: not at all where its type says everything, as a checked place in the
/// program where it is a pointer to a plain function, through its codec otherwise.
template <typename Function>
void encode_function(Encoder& to, const Function& function) {
  if constexpr (std::is_function_v<std::remove_pointer_t<Function>>)
    encode_function_pointer(to, reinterpret_cast<void (*)()>(function));
  else if constexpr (!std::is_empty_v<Function>)
    encode(to, function);
}
template <typename Function>
Function decode_function(Decoder& from) {
  if constexpr (std::is_function_v<std::remove_pointer_t<Function>>)
    return reinterpret_cast<Function>(decode_function_pointer(from));
  else if constexpr (std::is_empty_v<Function>)
    return Function{};
  else
    return decode<Function>(from);
}

template <typename Function, typename... Args>
class DecodedCall final : public RunningCoroutine {
 public:
  using R = ResultOf<Function, Args...>;
  explicit DecodedCall(Decoder& from)
      : m_target{decode_function<Function>(from),
                 decode<Args>(from)...} {  // braces: from the left to the right
    from.finish();
  }
  /// Calls the function; a plain one's result goes to `result` at once.
  bool invoke(Encoder& result) {
    const auto call = [this]() -> decltype(auto) {
      return std::apply(
          [](Function& function, Args&... args) -> decltype(auto) {
            return std::invoke(function, std::move(args)...);
          },
          m_target);
    };
    if constexpr (is_task<Returned<Function, Args...>>) {
      m_task.emplace(call());
      return false;
    } else if constexpr (std::is_void_v<R>) {
      call();
    } else {
      encode<R>(result, call());
    }
    return true;
  }
  void start(std::function<void()> on_end) override {
    if constexpr (is_task<Returned<Function, Args...>>) m_task->start(std::move(on_end));
  }
  void take([[maybe_unused]] Encoder& result) override {
    if constexpr (is_task<Returned<Function, Args...>>) {
      if constexpr (std::is_void_v<R>)
        m_task->take();
      else
        encode<R>(result, m_task->take());
    }
  }

 private:
  struct Nothing {};
  std::tuple<Function, Args...> m_target;
  std::optional<
      std::conditional_t<is_task<Returned<Function, Args...>>, Returned<Function, Args...>, Nothing>>
      m_task;
};

/// Runs a call of this type in a worker process: the table's entry.
template <typename Function, typename... Args>
std::unique_ptr<RunningCoroutine> run_decoded(Decoder& arguments, Encoder& result) {
  if constexpr (is_task<Returned<Function, Args...>>) {
    auto call = std::make_unique<DecodedCall<Function, Args...>>(arguments);
    call->invoke(result);
    return call;
  } else {
    DecodedCall<Function, Args...>(arguments).invoke(result);
    return nullptr;
  }
}

/// A text that differs between the types of calls.
template <typename Function, typename... Args>
const char* call_type() {
  return __PRETTY_FUNCTION__;
}

template <typename Function, typename... Args>
struct Registered {
  static inline const FunctionId id =
      register_function(&run_decoded<Function, Args...>, call_type<Function, Args...>());
};

template <typename Function, typename... Args>
std::string encode_request(const Function& function, const Args&... args) {
  Encoder to;
  encode(to, Registered<Function, Args...>::id);
  encode_function(to, function);
  (encode(to, args), ...);
  return std::move(to).take();
}

}  // namespace detail
}  // namespace spritefarm
