#pragma once

#include <spritefarm/detail/function_table.hpp>
#include <spritefarm/detail/remote_function.hpp>

#include <concepts>
#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace spritefarm {

/// A function object without arguments that each worker process calls before its first call, or none. A
/// worker inherits it by fork, so it may capture anything. In a pool that the fork server forks (see
/// prepare_to_fork()) it must be able to cross to another process, as a call; else the constructor of the
/// pool throws std::invalid_argument.
/// Source: the arguments initializer and initargs of concurrent.futures.ProcessPoolExecutor.
class Initializer {
 public:
  /// None.
  Initializer() = default;
  /// A function object that can be called without arguments; a null pointer is none.
  template <typename Fn>
  requires(!std::same_as<std::remove_cvref_t<Fn>, Initializer> && std::is_invocable_v<std::decay_t<Fn>&>)
      Initializer(Fn&& function) {
    std::decay_t<Fn> kept(std::forward<Fn>(function));
    if constexpr (requires { kept == nullptr; })
      if (kept == nullptr) return;
    if constexpr (detail::portable_call<std::decay_t<Fn>>) {
      m_request = detail::encode_request<std::decay_t<Fn>>(kept);
      m_encode = [](const std::function<void()>& of) {
        return detail::encode_request<std::decay_t<Fn>>(*of.template target<std::decay_t<Fn>>());
      };
    }
    m_function = std::move(kept);
  }

  /// False if there is none.
  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(m_function); }
  /// Calls it. Throws what it throws.
  void operator()() const { m_function(); }
  /// The bytes that cross to another process, as a call without arguments. Empty if it cannot cross.
  [[nodiscard]] const std::string& request() const noexcept { return m_request; }
  /// Throws CodecError if it holds a function of a shared library, which other machines may have in another
  /// version. Throws what its Codec throws.
  void check_for_machines() const {
    const detail::FunctionsOfProgramAlone checked(true);
    if (m_encode) m_encode(m_function);
  }

 private:
  std::function<void()> m_function{};
  std::string m_request{};
  std::string (*m_encode)(const std::function<void()>& function) = nullptr;  // what m_request holds
};

}  // namespace spritefarm
