#pragma once

#include <concepts>
#include <cstddef>
#include <exception>
#include <type_traits>
#include <utility>

namespace spritefarm::detail {

// What the initialiser list of an aggregate accepts tells its fields. Never called: used in unevaluated
// expressions only.
template <typename Whole>
struct AnyField {
  template <typename Field>
  requires(!std::same_as<std::remove_cvref_t<Field>, Whole>) operator Field() const noexcept {
    std::terminate();
  }
};
template <typename Whole>
struct AnyBase {
  template <typename Base>
  requires(std::is_base_of_v<Base, Whole> && !std::same_as<Base, Whole>) operator Base() const noexcept {
    std::terminate();
  }
};
template <typename Whole>
struct EmptyBase {
  template <typename Base>
  requires(std::is_base_of_v<Base, Whole> && !std::same_as<Base, Whole> && std::is_empty_v<Base> &&
           std::default_initializable<Base>)
  operator Base() const noexcept {
    return Base();
  }
};
template <typename Whole>
struct AnyUnion {
  template <typename Union>
  requires std::is_union_v<Union>
  operator Union() const noexcept { std::terminate(); }
};

template <typename Whole, typename First, std::size_t... I>
constexpr bool accepts_all(std::index_sequence<I...>) {
  return requires {
    Whole{(static_cast<void>(I), First{})...};
  };
}
/// After `Before` fields: a field of two elements in braces, then `After` fields.
template <typename Whole, std::size_t... Before, std::size_t... After>
constexpr bool accepts_pair(std::index_sequence<Before...>, std::index_sequence<After...>) {
  return requires {
    Whole{(static_cast<void>(Before), AnyField<Whole>{})...,
          {AnyField<Whole>{}, AnyField<Whole>{}},
          (static_cast<void>(After), AnyField<Whole>{})...};
  };
}
template <typename Whole, std::size_t... Before>
constexpr bool accepts_union(std::index_sequence<Before...>) {
  return requires {
    Whole{(static_cast<void>(Before), AnyField<Whole>{})..., AnyUnion<Whole>{}};
  };
}

inline constexpr std::size_t max_fields = 16;
/// The largest number of initialisers of this kind that an aggregate accepts, up to one more than max_fields.
template <typename Whole, typename First, std::size_t count = max_fields + 1>
constexpr std::size_t count_initializers() {
  if constexpr (accepts_all<Whole, First>(std::make_index_sequence<count>{}))
    return count;
  else if constexpr (count == 0)
    return 0;
  else
    return count_initializers<Whole, First, count - 1>();
}

/// True if a field is an array. An array takes several initialisers of a list, but one list in braces.
template <typename Whole, std::size_t count>
constexpr bool has_array() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return (
        (accepts_pair<Whole>(std::make_index_sequence<I>{}, std::make_index_sequence<0>{}) &&
         !accepts_pair<Whole>(std::make_index_sequence<I>{}, std::make_index_sequence<count - I - 1>{})) ||
        ...);
  }
  (std::make_index_sequence<count>{});
}
template <typename Whole, std::size_t count>
constexpr bool has_union() {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return (accepts_union<Whole>(std::make_index_sequence<I>{}) || ...);
  }
  (std::make_index_sequence<count>{});
}

/// The number of fields that a structured binding of the aggregate has. 0 if it has none, more than
/// max_fields, a base with members, or a field that is an array or a union.
template <typename Whole>
constexpr std::size_t count_fields() {
  constexpr std::size_t initializers = count_initializers<Whole, AnyField<Whole>>();
  constexpr std::size_t bases = count_initializers<Whole, AnyBase<Whole>>();
  if constexpr (initializers > max_fields || bases != count_initializers<Whole, EmptyBase<Whole>>())
    return 0;
  else if constexpr (has_array<Whole, initializers>() || has_union<Whole, initializers>())
    return 0;
  else
    return initializers - bases;
}

/// Calls `use` with the fields of an aggregate, by reference to const.
template <typename Type, typename Use>
decltype(auto) apply_fields(const Type& whole, Use&& use) {
  constexpr std::size_t count = count_fields<Type>();
  // clang-format off
  if constexpr (count == 1) { auto& [a] = whole; return use(a); }
  else if constexpr (count == 2) { auto& [a, b] = whole; return use(a, b); }
  else if constexpr (count == 3) { auto& [a, b, c] = whole; return use(a, b, c); }
  else if constexpr (count == 4) { auto& [a, b, c, d] = whole; return use(a, b, c, d); }
  else if constexpr (count == 5) { auto& [a, b, c, d, e] = whole; return use(a, b, c, d, e); }
  else if constexpr (count == 6) { auto& [a, b, c, d, e, f] = whole; return use(a, b, c, d, e, f); }
  else if constexpr (count == 7) { auto& [a, b, c, d, e, f, g] = whole; return use(a, b, c, d, e, f, g); }
  else if constexpr (count == 8) { auto& [a, b, c, d, e, f, g, h] = whole; return use(a, b, c, d, e, f, g, h); }
  else if constexpr (count == 9) { auto& [a, b, c, d, e, f, g, h, i] = whole; return use(a, b, c, d, e, f, g, h, i); }
  else if constexpr (count == 10) { auto& [a, b, c, d, e, f, g, h, i, j] = whole; return use(a, b, c, d, e, f, g, h, i, j); }
  else if constexpr (count == 11) { auto& [a, b, c, d, e, f, g, h, i, j, k] = whole; return use(a, b, c, d, e, f, g, h, i, j, k); }
  else if constexpr (count == 12) { auto& [a, b, c, d, e, f, g, h, i, j, k, l] = whole; return use(a, b, c, d, e, f, g, h, i, j, k, l); }
  else if constexpr (count == 13) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = whole; return use(a, b, c, d, e, f, g, h, i, j, k, l, m); }
  else if constexpr (count == 14) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = whole; return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n); }
  else if constexpr (count == 15) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = whole; return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o); }
  else if constexpr (count == 16) { auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = whole; return use(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p); }
  else return use();
  // clang-format on
}

template <typename... Types>
struct TypeList {};

struct ListTypes {
  template <typename... Types>
  TypeList<Types...> operator()(const Types&...) const {
    return {};
  }
};
/// The types of the fields of an aggregate, as a TypeList.
template <typename Type>
using FieldTypes = decltype(apply_fields(std::declval<const Type&>(), ListTypes()));

/// True if a type is an instance of a template, such as std::vector, that has `Part` as an argument.
template <typename Type, typename Part>
inline constexpr bool mentions = std::same_as<Type, Part>;
template <template <typename...> typename Template, typename... Types, typename Part>
inline constexpr bool mentions<Template<Types...>, Part> = (mentions<Types, Part> || ...);

}  // namespace spritefarm::detail
