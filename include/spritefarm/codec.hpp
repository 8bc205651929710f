#pragma once

#include <spritefarm/errors.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <map>
#include <optional>
#include <ranges>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

namespace spritefarm {

/// Appends values to bytes. Source: pickle.Pickler.
class Encoder {
 public:
  void bytes(const void* data, std::size_t size) { m_bytes.append(static_cast<const char*>(data), size); }
  /// The number of elements that follow.
  void size(std::size_t count) {
    const auto wide = static_cast<std::uint64_t>(count);
    bytes(&wide, sizeof wide);
  }
  [[nodiscard]] std::string take() && { return std::move(m_bytes); }

 private:
  std::string m_bytes;
};

/// Reads values from bytes that another process wrote; throws CodecError instead of reading past their end.
/// Source: pickle.Unpickler.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : m_rest(bytes) {}

  void bytes(void* data, std::size_t size) {
    const std::string_view from = view(size);
    if (size > 0) std::memcpy(data, from.data(), size);
  }
  /// The next `size` bytes, where they lie.
  std::string_view view(std::size_t size) {
    if (size > m_rest.size()) throw CodecError("a value from another process ends too early");
    const std::string_view found = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return found;
  }
  /// The number of elements that follow, each of at least `min_bytes` bytes: never more than can be there.
  std::size_t size(std::size_t min_bytes) {
    std::uint64_t count;
    bytes(&count, sizeof count);
    if (count > m_rest.size() / (min_bytes > 0 ? min_bytes : 1))
      throw CodecError("a value from another process claims more elements than it has");
    return static_cast<std::size_t>(count);
  }
  /// Throws unless everything was read.
  void finish() const {
    if (!m_rest.empty()) throw CodecError("a value from another process has bytes left over");
  }

 private:
  std::string_view m_rest;
};

/// How a T travels between processes: `static void encode(Encoder&, const T&)` and `static T
/// decode(Decoder&)`. Specialise it for a type of your own that is not an aggregate of types which can
/// travel:
///
///     template <> struct spritefarm::Codec<Date> {
///       static void encode(Encoder& to, const Date& date) { spritefarm::encode(to, date.days_since_epoch());
///       } static Date decode(Decoder& from) { return Date(spritefarm::decode<long>(from)); }
///     };
///
/// Both may throw: what they throw becomes the exception of the call's future.
template <typename T>
struct Codec;

/// A T that can travel between processes.
template <typename T>
concept Portable = requires(Encoder& to, Decoder& from, const T& value) {
  Codec<T>::encode(to, value);
  { Codec<T>::decode(from) } -> std::same_as<T>;
};

template <Portable T>
void encode(Encoder& to, const T& value) {
  Codec<T>::encode(to, value);
}
template <Portable T>
T decode(Decoder& from) {
  return Codec<T>::decode(from);
}

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

// The element of a set or map; a map's key is not const while it travels.
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

// How many fields an aggregate has: the largest number of initialisers that it takes.
template <typename Whole>
struct AnyField {
  template <typename Field>
  requires(!std::same_as<std::remove_cvref_t<Field>, Whole>) operator Field() const noexcept {
    std::terminate();  // never called: only asked whether it could be
  }
};
template <typename T, std::size_t... I>
constexpr bool takes_fields(std::index_sequence<I...>) {
  return requires {
    T{(static_cast<void>(I), AnyField<T>{})...};
  };
}
inline constexpr std::size_t max_fields = 16;
template <typename T, std::size_t N = max_fields>
constexpr std::size_t count_fields() {
  if constexpr (takes_fields<T>(std::make_index_sequence<N>{}))
    return N;
  else if constexpr (N == 0)
    return 0;
  else
    return count_fields<T, N - 1>();
}

// The fields of an aggregate as a tuple of references.
template <typename T>
auto fields(T& whole) {
  constexpr std::size_t count = count_fields<std::remove_const_t<T>>();
  // clang-format off
  if constexpr (count == 1) { auto& [a] = whole; return std::tie(a); }
  else if constexpr (count == 2) { auto& [a, b] = whole; return std::tie(a, b); }
  else if constexpr (count == 3) { auto& [a, b, c] = whole; return std::tie(a, b, c); }
  else if constexpr (count == 4) { auto& [a, b, c, d] = whole; return std::tie(a, b, c, d); }
  else if constexpr (count == 5) { auto& [a, b, c, d, e] = whole; return std::tie(a, b, c, d, e); }
  else if constexpr (count == 6) { auto& [a, b, c, d, e, f] = whole; return std::tie(a, b, c, d, e, f); }
  else if constexpr (count == 7) { auto& [a, b, c, d, e, f, g] = whole; return std::tie(a, b, c, d, e, f, g); }
  else if constexpr (count == 8) { auto& [a, b, c, d, e, f, g, h] = whole; return std::tie(a, b, c, d, e, f, g, h); }
  else if constexpr (count == 9) { auto& [a, b, c, d, e, f, g, h, i] = whole; return std::tie(a, b, c, d, e, f, g, h, i); }
  else if constexpr (count == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j); }
  else if constexpr (count == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j, k); }
  else if constexpr (count == 12) { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l); }
  else if constexpr (count == 13) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m); }
  else if constexpr (count == 14) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n); }
  else if constexpr (count == 15) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o); }
  else if constexpr (count == 16) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = whole; return std::tie(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p); }
  else return std::tuple<>();
  // clang-format on
}

template <typename Tuple>
inline constexpr bool all_portable = false;
template <typename... Ts>
inline constexpr bool all_portable<std::tuple<Ts...>> = (Portable<std::remove_cvref_t<Ts>> && ...);

template <typename T>
concept PortableAggregate =
    std::is_aggregate_v<T> && std::is_class_v<T> && std::default_initializable<T> && !std::ranges::range<T> &&
    all_portable<decltype(fields(std::declval<T&>()))>;

}  // namespace detail

/// Numbers and enumerations, as they lie in memory. A bool is checked.
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
    return std::tuple<Ts...>{spritefarm::decode<Ts>(from)...};  // braces: from the left to the right
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

/// vector, deque, list: those of numbers in one piece where they lie in one.
template <detail::PortableSequence T>
struct Codec<T> {
  using Value = typename T::value_type;
  static constexpr bool in_one_piece =
      detail::Scalar<Value> && !std::same_as<Value, bool> && std::ranges::contiguous_range<T>;

  static void encode(Encoder& to, const T& value) {
    to.size(std::ranges::size(value));
    if constexpr (in_one_piece)
      to.bytes(std::ranges::data(value), std::ranges::size(value) * sizeof(Value));
    else
      for (const auto& element : value) spritefarm::encode<Value>(to, element);
  }
  static T decode(Decoder& from) {
    const std::size_t count = from.size(detail::min_bytes<Value>);
    T value;
    if constexpr (in_one_piece) {
      value.resize(count);
      from.bytes(std::ranges::data(value), count * sizeof(Value));
    } else {
      for (std::size_t i = 0; i < count; ++i) value.push_back(spritefarm::decode<Value>(from));
    }
    return value;
  }
};

/// set, map and their unordered kin.
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

/// A struct without constructors whose fields (16 at most, all public, none an array) can travel: field by
/// field.
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

}  // namespace spritefarm
