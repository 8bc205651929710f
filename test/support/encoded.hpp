#pragma once

#include <spritefarm/codec.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace spritefarm::test {

/// The encoding of a value.
template <typename T>
std::string encoded(const T& value) {
  Encoder to;
  encode(to, value);
  return std::move(to).take();
}

/// The value of an encoding, which must have no trailing bytes. Throws CodecError.
template <typename T>
T decoded(std::string_view bytes) {
  Decoder from(bytes);
  T value = decode<T>(from);
  from.finish();
  return value;
}

}  // namespace spritefarm::test
