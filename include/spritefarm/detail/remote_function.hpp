#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/arguments.hpp>
#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/detail/large_bytes.hpp>
#include <spritefarm/detail/sent_elements.hpp>
#include <spritefarm/task.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace spritefarm::detail {

/// A function object that can cross to another process.
template <typename Function, typename... Args>
inline constexpr bool portable_function =
    std::is_function_v<std::remove_pointer_t<Function>> ||
    (std::is_empty_v<Function> && std::default_initializable<Function>) || Portable<Function>;
/// A result that can cross back.
template <typename R>
inline constexpr bool portable_result = std::is_void_v<R> || Portable<R>;
/// A call that can cross: the function object, the arguments and the result.
template <typename Function, typename... Args>
inline constexpr bool portable_call = portable_function<Function> &&
                                      (Portable<Args> && ...) && portable_result<ResultOf<Function, Args...>>;

/// The same, and gives the one error of a call that cannot cross.
template <typename Function, typename... Args>
constexpr bool check_remote_call() {
  if constexpr (!check_call<Function, Args...>()) {
    return false;
  } else if constexpr (!portable_function<Function>) {
    static_assert(portable_function<Function>,
                  "this function object cannot be sent to another process: pass a plain function, "
                  "a lambda without captures, or an object whose type is Portable");
    return false;
  } else if constexpr (!(Portable<Args> && ...)) {
    static_assert((Portable<Args> && ...),
                  "an argument cannot be sent to another process: specialise spritefarm::Codec for its type");
    return false;
  } else {
    static_assert(
        portable_result<ResultOf<Function, Args...>>,
        "the result cannot be sent back from another process: specialise spritefarm::Codec for its type");
    return portable_result<ResultOf<Function, Args...>>;
  }
}

/// Encodes a function object: a pointer to a plain function as a place in the program, an object without
/// members as no bytes, any other through its Codec.
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

/// A call in a worker process, decoded from a request. Throws CodecError if the request is invalid.
template <typename Function, typename... Args>
class DecodedCall final : public RunningCoroutine {
 public:
  using R = ResultOf<Function, Args...>;
  explicit DecodedCall(Decoder& from)
      : m_target{decode_function<Function>(from),
                 decode<Args>(from)...} {  // braces evaluate from left to right
    from.finish();
  }
  /// Calls the function. Encodes the result of a plain function and returns true. Returns false for a
  /// coroutine.
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
      m_task{};
};

/// Runs a call of this type in a worker process. Its address is the entry in the function table.
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

/// A text that identifies the type of the call.
template <typename Function, typename... Args>
const char* call_type() {
  return __PRETTY_FUNCTION__;
}

/// The number of a call's type in the function table. Static initialisation registers every type that is
/// used.
template <typename Function, typename... Args>
struct Registered {
  static inline const FunctionId id =
      register_function(&run_decoded<Function, Args...>, call_type<Function, Args...>());
};

/// The bytes of a call: the number of its type, the function object, the arguments. Keeps large ones in
/// `memory`, unless it is null. Throws what a Codec throws, and std::system_error if there is no memory.
template <typename Function, typename... Sent, typename... Args>
Encoded encode_call(LargeMemory* memory, TypeList<Sent...>, const Function& function, const Args&... args) {
  Encoder to(memory);
  encode(to, Registered<Function, Sent...>::id);
  encode_function(to, function);
  (encode_argument<Sent>(to, args), ...);
  return std::move(to).take_encoded();
}
/// The same in one piece.
template <typename Function, typename... Args>
std::string encode_request(const Function& function, const Args&... args) {
  return encode_call<Function>(nullptr, TypeList<Args...>(), function, args...).bytes;
}

}  // namespace spritefarm::detail
