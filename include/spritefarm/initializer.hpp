#pragma once

#include <spritefarm/detail/call.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace spritefarm {

/// What a worker process calls before its first call: anything that can be called without arguments, or nothing. It is
/// inherited by the fork, so it may capture anything; only in a pool that is made after prepare_to_fork(), in a
/// program with threads, it has to travel, as a call does.
/// Source: the arguments initializer and initargs of concurrent.futures.ProcessPoolExecutor.
class Initializer {
 public:
  Initializer() = default;
  template <typename F>
  requires(!std::same_as<std::remove_cvref_t<F>, Initializer> && std::is_invocable_v<std::decay_t<F>&>)
      Initializer(F&& function) {
    std::decay_t<F> kept(std::forward<F>(function));
    if constexpr (requires { kept == nullptr; })
      if (kept == nullptr) return;
    if constexpr (detail::portable_call<std::decay_t<F>>)
      m_request = detail::encode_request<std::decay_t<F>>(kept);
    m_function = std::move(kept);
  }

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(m_function); }
  void operator()() const { m_function(); }
  /// What travels, as a call's request does; empty where it cannot.
  [[nodiscard]] const std::string& request() const noexcept { return m_request; }

 private:
  std::function<void()> m_function;
  std::string m_request;
};

}  // namespace spritefarm
