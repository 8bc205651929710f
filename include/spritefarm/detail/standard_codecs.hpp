#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/aggregate_fields.hpp>
#include <spritefarm/detail/visibility.hpp>
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
namespace SPRITEFARM_API spritefarm {
namespace detail {

/// std::complex, known by its members: its header is slow to compile.
template <typename Type>
concept ComplexNumber = std::is_trivially_copyable_v<Type> && requires(const Type number) {
  requires std::is_floating_point_v<typename Type::value_type>;
  requires sizeof(Type) == 2 * sizeof(typename Type::value_type);
  { number.real() } -> std::same_as<typename Type::value_type>;
  { number.imag() } -> std::same_as<typename Type::value_type>;
};

/// A type whose bytes in memory are its value.
template <typename Type>
concept Scalar = std::is_arithmetic_v<Type> || std::is_enum_v<Type> || ComplexNumber<Type>;

template <typename Type>
inline constexpr std::size_t min_bytes = Scalar<Type> ? sizeof(Type) : 1;

template <typename Type>
concept PortableSequence =
    !std::same_as<Type, std::string> && std::ranges::sized_range<const Type> && requires(Type made) {
  requires Portable<typename Type::value_type>;
  made.push_back(std::declval<typename Type::value_type>());
};

// The element of a set or map, with a key that is not const.
template <typename Type>
struct Element {
  using type = typename Type::value_type;
};
template <typename Type>
requires requires {
  typename Type::mapped_type;
}
struct Element<Type> {
  using type = std::pair<typename Type::key_type, typename Type::mapped_type>;
};

template <typename Type>
concept PortableAssociative = std::ranges::sized_range<const Type> && requires(Type made) {
  typename Type::key_type;
  requires Portable<typename Element<Type>::type>;
  made.insert(std::declval<typename Element<Type>::type>());
};

/// A struct that contains itself, as in a vector, is recursive: it needs a Codec of its own.
template <typename Whole, typename Fields>
inline constexpr bool all_portable = false;
template <typename Whole, typename... Types>
requires(!mentions<Types, Whole> &&
         ...) inline constexpr bool all_portable<Whole, TypeList<Types...>> = (Portable<Types> && ...);

template <typename Type>
concept PortableAggregate =
    std::is_aggregate_v<Type> && std::is_class_v<Type> && !std::ranges::range<Type> &&
    (std::is_empty_v<Type> || count_fields<Type>() > 0) && all_portable<Type, FieldTypes<Type>>;

}  // namespace detail

/// Copies the bytes in memory. Any byte decodes as a bool: 0 is false, all others are true.
template <detail::Scalar Type>
struct Codec<Type> {
  static void encode(Encoder& to, const Type& value) { to.bytes(&value, sizeof value); }
  static Type decode(Decoder& from) {
    if constexpr (std::same_as<Type, bool>) {
      return Codec<unsigned char>::decode(from) != 0;
    } else {
      Type value;
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

template <typename Clock, typename Length>
struct Codec<std::chrono::time_point<Clock, Length>> {
  using TimePoint = std::chrono::time_point<Clock, Length>;
  static void encode(Encoder& to, const TimePoint& value) {
    spritefarm::encode(to, value.time_since_epoch());
  }
  static TimePoint decode(Decoder& from) { return TimePoint(spritefarm::decode<Length>(from)); }
};

template <>
struct Codec<std::string> {
  static void encode(Encoder& to, const std::string& value) {
    to.size(value.size());
    to.bytes(value.data(), value.size());
  }
  static std::string decode(Decoder& from) {
    std::string value(from.size(1), '\0');
    from.bytes(value.data(), value.size());
    return value;
  }
};

template <>
struct Codec<std::monostate> {
  static void encode(Encoder&, const std::monostate&) {}
  static std::monostate decode(Decoder&) { return {}; }
};

template <Portable Type>
struct Codec<std::optional<Type>> {
  static void encode(Encoder& to, const std::optional<Type>& value) {
    spritefarm::encode(to, value.has_value());
    if (value) spritefarm::encode(to, *value);
  }
  static std::optional<Type> decode(Decoder& from) {
    if (!spritefarm::decode<bool>(from)) return std::nullopt;
    return spritefarm::decode<Type>(from);
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

template <Portable Type, Portable U>
struct Codec<std::pair<Type, U>> {
  static void encode(Encoder& to, const std::pair<Type, U>& value) {
    spritefarm::encode(to, value.first);
    spritefarm::encode(to, value.second);
  }
  static std::pair<Type, U> decode(Decoder& from) {
    Type first = spritefarm::decode<Type>(from);
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

template <Portable Type, std::size_t Count>
struct Codec<std::array<Type, Count>> {
  static void encode(Encoder& to, const std::array<Type, Count>& value) {
    for (const Type& element : value) spritefarm::encode(to, element);
  }
  static std::array<Type, Count> decode(Decoder& from) {
    return [&from]<std::size_t... I>(std::index_sequence<I...>) {
      return std::array<Type, Count>{(static_cast<void>(I), spritefarm::decode<Type>(from))...};
    }
    (std::make_index_sequence<Count>{});
  }
};

/// vector, deque, list. Contiguous scalars are copied at once.
template <detail::PortableSequence Type>
struct Codec<Type> {
  using Value = typename Type::value_type;
  static constexpr bool is_contiguous =
      detail::Scalar<Value> && !std::same_as<Value, bool> && std::ranges::contiguous_range<Type>;

  static void encode(Encoder& to, const Type& value) {
    to.size(std::ranges::size(value));
    if constexpr (is_contiguous)
      to.bytes(std::ranges::data(value), std::ranges::size(value) * sizeof(Value));
    else
      for (const auto& element : value) spritefarm::encode<Value>(to, element);
  }
  static Type decode(Decoder& from) {
    const std::size_t count = from.size(detail::min_bytes<Value>);
    Type value;
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
template <detail::PortableAssociative Type>
struct Codec<Type> {
  using Element = typename detail::Element<Type>::type;
  static void encode(Encoder& to, const Type& value) {
    to.size(std::ranges::size(value));
    for (const auto& element : value) {
      if constexpr (std::same_as<Element, typename Type::value_type>) {
        spritefarm::encode(to, element);
      } else {
        spritefarm::encode(to, element.first);
        spritefarm::encode(to, element.second);
      }
    }
  }
  static Type decode(Decoder& from) {
    Type value;
    for (std::size_t left = from.size(1); left > 0; --left) value.insert(spritefarm::decode<Element>(from));
    return value;
  }
};

/// An aggregate is encoded field by field.
template <detail::PortableAggregate Type>
struct Codec<Type> {
  static void encode(Encoder& to, const Type& value) {
    detail::apply_fields(value, [&to](const auto&... parts) { (spritefarm::encode(to, parts), ...); });
  }
  static Type decode(Decoder& from) {
    constexpr std::size_t bases = detail::count_initializers<Type, detail::AnyBase<Type>>();
    return decode_fields(from, detail::FieldTypes<Type>(), std::make_index_sequence<bases>());
  }

 private:
  // Braces evaluate from left to right.
  template <typename... Types, std::size_t... Bases>
  static Type decode_fields([[maybe_unused]] Decoder& from, detail::TypeList<Types...>,
                            std::index_sequence<Bases...>) {
    return Type{(static_cast<void>(Bases), detail::EmptyBase<Type>{})..., spritefarm::decode<Types>(from)...};
  }
};

/// Decoding never fails: bytes that are not an exception give a CodecError.
template <>
struct Codec<std::exception_ptr> {
  static void encode(Encoder& to, const std::exception_ptr& exception);
  static std::exception_ptr decode(Decoder& from);
};

}  // namespace spritefarm

// They use the codecs above.
#include <spritefarm/detail/pointer_codecs.hpp>
#include <spritefarm/detail/structural_codecs.hpp>
