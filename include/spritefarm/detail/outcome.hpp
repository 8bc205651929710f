#pragma once

#include <spritefarm/codec.hpp>

#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace spritefarm {

/// An exception travels as its type's name, its message and what is nested in it. A standard exception, and one of
/// ours, comes back as itself, any other as RemoteError. Decoding never fails: bytes that are no exception become a
/// CodecError that says so.
template <>
struct Codec<std::exception_ptr> {
  static void encode(Encoder& to, const std::exception_ptr& exception);
  static std::exception_ptr decode(Decoder& from);
};

namespace detail {

/// A void result where a value is needed.
template <typename R>
using ValueOf = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

/// What a call came to: a value, or the exception that left it.
template <typename R>
struct Outcome {
  std::optional<ValueOf<R>> value;
  std::exception_ptr exception;

  /// Throws the exception.
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
