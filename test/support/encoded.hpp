#pragma once

#include <spritefarm/codec.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace spritefarm::test {

/// The bytes as which a value travels.
template <typename T>
std::string encoded(const T& value) {
  Encoder to;
  encode(to, value);
  return std::move(to).take();
}

/// The value that these bytes are, to the last; throws what its codec throws.
template <typename T>
T decoded(std::string_view bytes) {
  Decoder from(bytes);
  T value = decode<T>(from);
  from.finish();
  return value;
}

}  // namespace spritefarm::test
