#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/aggregate_fields.hpp>
#include <spritefarm/errors.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

/// The specialisations of Codec for the types that codec.hpp lists.
namespace spritefarm {
namespace detail {

template <typename T>
concept Scalar = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <typename T>
inline constexpr std::size_t min_bytes = Scalar<T> ? sizeof(T) : 1;

template <typename T>
concept PortableSequence =
    !std::same_as<T, std::string> && std::ranges::sized_range<const T> && requires(T made) {
  requires Portable<typename T::value_type>;
  made.push_back(std::declval<typename T::value_type>());
};

// The element of a set or map, with a key that is not const.
template <typename T>
struct Element {
  using type = typename T::value_type;
};
template <typename T>
requires requires {
  typename T::mapped_type;
}
struct Element<T> {
  using type = std::pair<typename T::key_type, typename T::mapped_type>;
};

template <typename T>
concept PortableAssociative = std::ranges::sized_range<const T> && requires(T made) {
  typename T::key_type;
  requires Portable<typename Element<T>::type>;
  made.insert(std::declval<typename Element<T>::type>());
};

template <typename Tuple>
inline constexpr bool all_portable = false;
template <typename... Ts>
inline constexpr bool all_portable<std::tuple<Ts...>> = (Portable<std::remove_cvref_t<Ts>> && ...);

template <typename T>
concept PortableAggregate =
    std::is_aggregate_v<T> && std::is_class_v<T> && std::default_initializable<T> && !std::ranges::range<T> &&
    all_portable<decltype(fields(std::declval<T&>()))>;

}  // namespace detail

/// Copies the bytes in memory. Any byte decodes as a bool: 0 is false, all others are true.
template <detail::Scalar T>
struct Codec<T> {
  static void encode(Encoder& to, const T& value) { to.bytes(&value, sizeof value); }
  static T decode(Decoder& from) {
    if constexpr (std::same_as<T, bool>) {
      return Codec<unsigned char>::decode(from) != 0;
    } else {
      T value;
      from.bytes(&value, sizeof value);
      return value;
    }
  }
};

template <typename Rep, typename Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  using Duration = std::chrono::duration<Rep, Period>;
  static void encode(Encoder& to, const Duration& value) { spritefarm::encode(to, value.count()); }
  static Duration decode(Decoder& from) { return Duration(spritefarm::decode<Rep>(from)); }
};

template <>
struct Codec<std::string> {
  static void encode(Encoder& to, const std::string& value) {
    to.size(value.size());
    to.bytes(value.data(), value.size());
  }
  static std::string decode(Decoder& from) {
    const std::size_t size = from.size(1);
    return std::string(from.view(size));
  }
};

template <>
struct Codec<std::monostate> {
  static void encode(Encoder&, const std::monostate&) {}
  static std::monostate decode(Decoder&) { return {}; }
};

template <Portable T>
struct Codec<std::optional<T>> {
  static void encode(Encoder& to, const std::optional<T>& value) {
    spritefarm::encode(to, value.has_value());
    if (value) spritefarm::encode(to, *value);
  }
  static std::optional<T> decode(Decoder& from) {
    if (!spritefarm::decode<bool>(from)) return std::nullopt;
    return spritefarm::decode<T>(from);
  }
};

template <Portable... Ts>
struct Codec<std::variant<Ts...>> {
  using Variant = std::variant<Ts...>;
  static void encode(Encoder& to, const Variant& value) {
    to.size(value.index());
    std::visit([&to](const auto& held) { spritefarm::encode(to, held); }, value);
  }
  static Variant decode(Decoder& from) {
    std::uint64_t index;
    from.bytes(&index, sizeof index);
    return decode_at(from, index, std::index_sequence_for<Ts...>{});
  }

 private:
  template <std::size_t... I>
  static Variant decode_at(Decoder& from, std::uint64_t index, std::index_sequence<I...>) {
    std::optional<Variant> value;
    ((I == index ? static_cast<void>(value.emplace(std::in_place_index<I>, spritefarm::decode<Ts>(from)))
                 : static_cast<void>(0)),
     ...);
    if (!value) throw CodecError("a variant from another process holds an alternative that it does not have");
    return std::move(*value);
  }
};

template <Portable T, Portable U>
struct Codec<std::pair<T, U>> {
  static void encode(Encoder& to, const std::pair<T, U>& value) {
    spritefarm::encode(to, value.first);
    spritefarm::encode(to, value.second);
  }
  static std::pair<T, U> decode(Decoder& from) {
    T first = spritefarm::decode<T>(from);
    return {std::move(first), spritefarm::decode<U>(from)};
  }
};

template <Portable... Ts>
struct Codec<std::tuple<Ts...>> {
  static void encode(Encoder& to, const std::tuple<Ts...>& value) {
    std::apply([&to](const auto&... parts) { (spritefarm::encode(to, parts), ...); }, value);
  }
  static std::tuple<Ts...> decode([[maybe_unused]] Decoder& from) {
    return std::tuple<Ts...>{spritefarm::decode<Ts>(from)...};  // braces evaluate from left to right
  }
};

template <Portable T, std::size_t N>
struct Codec<std::array<T, N>> {
  static void encode(Encoder& to, const std::array<T, N>& value) {
    for (const T& element : value) spritefarm::encode(to, element);
  }
  static std::array<T, N> decode(Decoder& from) {
    return [&from]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<T, N>{(static_cast<void>(I), spritefarm::decode<T>(from))...};
    }
    (std::make_index_sequence<N>{});
  }
};

/// vector, deque, list. Contiguous scalars are copied at once.
template <detail::PortableSequence T>
struct Codec<T> {
  using Value = typename T::value_type;
  static constexpr bool is_contiguous =
      detail::Scalar<Value> && !std::same_as<Value, bool> && std::ranges::contiguous_range<T>;

  static void encode(Encoder& to, const T& value) {
    to.size(std::ranges::size(value));
    if constexpr (is_contiguous)
      to.bytes(std::ranges::data(value), std::ranges::size(value) * sizeof(Value));
    else
      for (const auto& element : value) spritefarm::encode<Value>(to, element);
  }
  static T decode(Decoder& from) {
    const std::size_t count = from.size(detail::min_bytes<Value>);
    T value;
    if constexpr (is_contiguous) {
      value.resize(count);
      from.bytes(std::ranges::data(value), count * sizeof(Value));
    } else {
      for (std::size_t i = 0; i < count; ++i) value.push_back(spritefarm::decode<Value>(from));
    }
    return value;
  }
};

/// set, map, multiset, multimap and their unordered forms.
template <detail::PortableAssociative T>
struct Codec<T> {
  using Element = typename detail::Element<T>::type;
  static void encode(Encoder& to, const T& value) {
    to.size(std::ranges::size(value));
    for (const auto& element : value) {
      if constexpr (std::same_as<Element, typename T::value_type>) {
        spritefarm::encode(to, element);
      } else {
        spritefarm::encode(to, element.first);
        spritefarm::encode(to, element.second);
      }
    }
  }
  static T decode(Decoder& from) {
    T value;
    for (std::size_t left = from.size(1); left > 0; --left) value.insert(spritefarm::decode<Element>(from));
    return value;
  }
};

/// An aggregate is encoded field by field.
template <detail::PortableAggregate T>
struct Codec<T> {
  static void encode(Encoder& to, const T& value) {
    std::apply([&to](const auto&... parts) { (spritefarm::encode(to, parts), ...); }, detail::fields(value));
  }
  static T decode(Decoder& from) {
    T value{};
    std::apply(
        [&from](auto&... parts) {
          ((parts = spritefarm::decode<std::remove_cvref_t<decltype(parts)>>(from)), ...);
        },
        detail::fields(value));
    return value;
  }
};

/// Decoding never fails: bytes that are not an exception give a CodecError.
template <>
struct Codec<std::exception_ptr> {
  static void encode(Encoder& to, const std::exception_ptr& exception);
  static std::exception_ptr decode(Decoder& from);
};

}  // namespace spritefarm
