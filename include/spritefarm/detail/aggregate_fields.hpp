#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <tuple>
#include <type_traits>
#include <utility>

namespace spritefarm::detail {

// Counts the fields of an aggregate: the largest number of initialisers that it accepts.
template <typename Whole>
struct AnyField {
  template <typename Field>
  requires(!std::same_as<std::remove_cvref_t<Field>, Whole>) operator Field() const noexcept {
    std::terminate();  // never called: used in unevaluated expressions only
  }
};
template <typename T, std::size_t... I>
constexpr bool accepts_fields(std::index_sequence<I...>) {
  return requires {
    T{(static_cast<void>(I), AnyField<T>{})...};
  };
}
inline constexpr std::size_t max_fields = 16;
template <typename T, std::size_t N = max_fields>
constexpr std::size_t count_fields() {
  if constexpr (accepts_fields<T>(std::make_index_sequence<N>{}))
    return N;
  else if constexpr (N == 0)
    return 0;
  else
    return count_fields<T, N - 1>();
}

/// The fields of an aggregate as a tuple of references.
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

}  // namespace spritefarm::detail
