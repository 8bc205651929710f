#pragma once

#include <spritefarm/task.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm::detail {

/// The type in which a call stores an argument of type Type: a decayed copy, and an owner instead of a view.
template <typename Type>
struct Kept {
  using type = Type;
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
template <typename Type, std::size_t Count>
struct Kept<std::span<Type, Count>> {
  using type = std::vector<std::remove_cv_t<Type>>;
};
template <typename Type>
using KeptT = typename Kept<std::decay_t<Type>>::type;

/// Converts an argument to the type in which a call stores it.
template <typename Type>
KeptT<Type> keep(Type&& argument) {
  if constexpr (requires { KeptT<Type>(std::forward<Type>(argument)); })
    return KeptT<Type>(std::forward<Type>(argument));
  else
    return KeptT<Type>(argument.begin(), argument.end());
}

template <typename Type>
inline constexpr bool is_task = false;
template <typename Type>
inline constexpr bool is_task<Task<Type>> = true;

/// What the function returns when it is called with the stored arguments. A parameter that is a value is
/// moved from the call; one that is a reference refers to the call.
template <typename Function, typename... Args>
using Returned = std::invoke_result_t<Function&, Args&&...>;
template <typename Type>
struct WithoutTask {
  using type = std::remove_cvref_t<Type>;
};
template <typename Type>
struct WithoutTask<Task<Type>> {
  using type = Type;
};
/// The type of the call's result. Of a coroutine: what it returns when it ends.
template <typename Function, typename... Args>
using ResultOf = typename WithoutTask<Returned<Function, Args...>>::type;

/// Gives the one error of a call that does not compile.
template <typename Function, typename... Args>
constexpr bool check_call() {
  static_assert(
      std::is_invocable_v<Function&, Args&&...>,
      "the function cannot be called with these arguments: a call owns its arguments and passes them "
      "as rvalues, so a parameter is a value or a reference to const");
  return std::is_invocable_v<Function&, Args&&...>;
}

}  // namespace spritefarm::detail
