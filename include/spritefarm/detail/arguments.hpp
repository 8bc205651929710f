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

/// The type in which a call stores an argument of type T: a decayed copy, and an owner instead of a view.
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

/// Converts an argument to the type in which a call stores it.
template <typename T>
KeptT<T> keep(T&& argument) {
  if constexpr (requires { KeptT<T>(std::forward<T>(argument)); })
    return KeptT<T>(std::forward<T>(argument));
  else
    return KeptT<T>(argument.begin(), argument.end());
}

template <typename T>
inline constexpr bool is_task = false;
template <typename T>
inline constexpr bool is_task<Task<T>> = true;

/// What the function returns when it is called with the stored arguments. A parameter that is a value is
/// moved from the call; one that is a reference refers to the call.
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
/// The type of the call's result. Of a coroutine: what it returns when it ends.
template <typename Function, typename... Args>
using ResultOf = typename WithoutTask<Returned<Function, Args...>>::type;

}  // namespace spritefarm::detail
