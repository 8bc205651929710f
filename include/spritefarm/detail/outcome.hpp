#pragma once

#include <spritefarm/codec.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <variant>

namespace spritefarm {

namespace detail {

/// R, or std::monostate for void.
template <typename R>
using ValueOf = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

/// The result of a call: a value, or the exception that it threw.
template <typename R>
struct Outcome {
  std::optional<ValueOf<R>> value{};
  std::exception_ptr exception{};

  /// The value. Throws the exception if there is one.
  ValueOf<R>& get() {
    if (exception) std::rethrow_exception(exception);
    return *value;
  }
};

}  // namespace detail

template <typename R>
requires Portable<detail::ValueOf<R>>
struct Codec<detail::Outcome<R>> {
  static void encode(Encoder& to, const detail::Outcome<R>& outcome) {
    spritefarm::encode(to, outcome.value);
    if (!outcome.value) spritefarm::encode(to, outcome.exception);
  }
  static detail::Outcome<R> decode(Decoder& from) {
    detail::Outcome<R> outcome;
    outcome.value = spritefarm::decode<std::optional<detail::ValueOf<R>>>(from);
    if (!outcome.value) outcome.exception = spritefarm::decode<std::exception_ptr>(from);
    return outcome;
  }
};

}  // namespace spritefarm
