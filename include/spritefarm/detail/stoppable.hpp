#pragma once

#include <spritefarm/detail/arguments.hpp>

#include <functional>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace spritefarm::detail {

/// True of a function that these arguments suit only after a std::stop_token.
template <typename Function, typename... Args>
inline constexpr bool takes_stop_token =
    !std::is_invocable_v<Function&, Args&&...> && std::is_invocable_v<Function&, std::stop_token, Args&&...>;

/// A function object that calls such a function. Copies of it share the request to stop.
template <typename Function>
class Stoppable {
 public:
  explicit Stoppable(Function&& function) : m_function(std::move(function)) {}
  template <typename... Args>
  requires std::is_invocable_v<Function&, std::stop_token, Args...>
  decltype(auto) operator()(Args&&... args) {
    return std::invoke(m_function, m_stop.get_token(), std::forward<Args>(args)...);
  }
  [[nodiscard]] const std::stop_source& stop_source() const noexcept { return m_stop; }

 private:
  Function m_function;
  std::stop_source m_stop{};
};

template <typename Function>
inline constexpr bool is_stoppable = false;
template <typename Function>
inline constexpr bool is_stoppable<Stoppable<Function>> = true;

}  // namespace spritefarm::detail
