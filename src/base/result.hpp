#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace spritefarm {

/// An expected failure, such as a 404 or an invalid document. The message tells the user what failed, why,
/// and what to do next.
struct Error {
  std::string message;
};

/// A T, or the Error that explains why there is none. Unexpected failures, such as that of a system call, are
/// exceptions.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : m_value(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : m_value(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return m_value.index() == 0; }

  [[nodiscard]] T& operator*() & { return std::get<0>(m_value); }
  [[nodiscard]] const T& operator*() const& { return std::get<0>(m_value); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(m_value)); }
  [[nodiscard]] T* operator->() { return &std::get<0>(m_value); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(m_value); }

  [[nodiscard]] const Error& error() const { return std::get<1>(m_value); }

 private:
  std::variant<T, Error> m_value;
};

/// Success, or an Error.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : m_error(std::move(error)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return !m_error; }
  [[nodiscard]] const Error& error() const { return *m_error; }

 private:
  std::optional<Error> m_error;
};

}  // namespace spritefarm
