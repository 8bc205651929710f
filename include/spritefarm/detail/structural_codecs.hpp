#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/standard_codecs.hpp>

#include <concepts>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

/// The specialisations of Codec for std::filesystem::path, bitset and expected. They know these types by
/// their members, so that only a program that uses such a type compiles its header.
namespace spritefarm {
namespace detail {

template <typename Type>
concept FilePath = std::constructible_from<Type, std::string> && requires(const Type path) {
  requires std::same_as<typename Type::string_type, std::string>;
  { path.native() } -> std::same_as<const std::string&>;
};

template <typename Type>
concept FixedBits = requires(Type bits, std::size_t place) {
  bits.to_ullong();
  { bits.set(place) } -> std::same_as<Type&>;
  { bits.test(place) } -> std::same_as<bool>;
  typename std::integral_constant<std::size_t, Type().size()>;
};

template <typename Type>
concept ExpectedValue = requires(const Type expected) {
  typename Type::unexpected_type;
  requires std::is_void_v<typename Type::value_type> || Portable<typename Type::value_type>;
  requires Portable<typename Type::error_type>;
  { expected.has_value() } -> std::same_as<bool>;
  expected.error();
};

}  // namespace detail

template <detail::FilePath Type>
struct Codec<Type> {
  static void encode(Encoder& to, const Type& path) { spritefarm::encode(to, path.native()); }
  static Type decode(Decoder& from) { return Type(spritefarm::decode<std::string>(from)); }
};

/// Eight bits in a byte, the first in the lowest place.
template <detail::FixedBits Type>
struct Codec<Type> {
  static constexpr std::size_t count = Type().size();

  static void encode(Encoder& to, const Type& bits) {
    for (std::size_t begin = 0; begin < count; begin += 8) {
      unsigned byte = 0;
      for (std::size_t i = begin; i < end_of(begin); ++i) byte |= unsigned{bits.test(i)} << (i - begin);
      spritefarm::encode(to, static_cast<unsigned char>(byte));
    }
  }
  static Type decode(Decoder& from) {
    Type bits;
    for (std::size_t begin = 0; begin < count; begin += 8) {
      const unsigned byte = spritefarm::decode<unsigned char>(from);
      for (std::size_t i = begin; i < end_of(begin); ++i)
        if (byte >> (i - begin) & 1U) bits.set(i);
    }
    return bits;
  }

 private:
  static constexpr std::size_t end_of(std::size_t begin) { return begin + 8 < count ? begin + 8 : count; }
};

template <detail::ExpectedValue Type>
struct Codec<Type> {
  using Value = typename Type::value_type;
  using Error = typename Type::error_type;

  static void encode(Encoder& to, const Type& expected) {
    spritefarm::encode(to, expected.has_value());
    if (!expected.has_value())
      spritefarm::encode<Error>(to, expected.error());
    else if constexpr (!std::is_void_v<Value>)
      spritefarm::encode<Value>(to, *expected);
  }
  static Type decode(Decoder& from) {
    if (!spritefarm::decode<bool>(from))
      return Type(typename Type::unexpected_type(spritefarm::decode<Error>(from)));
    if constexpr (std::is_void_v<Value>)
      return Type();
    else
      return Type(std::in_place, spritefarm::decode<Value>(from));
  }
};

}  // namespace spritefarm
