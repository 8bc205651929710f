#pragma once

#include <spritefarm/detail/arguments.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <ranges>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm::detail {

/// The type in which map() stores an item: a value that refers to nothing else. An owner instead of a view,
/// also in a pair or a tuple.
template <typename Item>
struct KeptItem {
  using type = KeptT<Item>;
};
template <typename Item>
requires std::ranges::view<Item> && std::ranges::input_range<Item> && std::same_as<KeptT<Item>, Item>
struct KeptItem<Item> {
  using Element = typename KeptItem<std::ranges::range_value_t<Item>>::type;
  using type = std::conditional_t<std::same_as<Element, char>, std::string, std::vector<Element>>;
};
template <typename First, typename Second>
struct KeptItem<std::pair<First, Second>> {
  using type = std::pair<typename KeptItem<std::remove_cvref_t<First>>::type,
                         typename KeptItem<std::remove_cvref_t<Second>>::type>;
};
template <typename... Types>
struct KeptItem<std::tuple<Types...>> {
  using type = std::tuple<typename KeptItem<std::remove_cvref_t<Types>>::type...>;
};

template <typename Kept, typename Item>
Kept keep_item(Item&& item) {
  if constexpr (std::constructible_from<Kept, Item>) {
    return Kept(std::forward<Item>(item));
  } else if constexpr (requires { std::tuple_size<Kept>::value; }) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return Kept(keep_item<std::tuple_element_t<I, Kept>>(std::get<I>(std::forward<Item>(item)))...);
    }
    (std::make_index_sequence<std::tuple_size_v<Kept>>());
  } else {
    Kept elements;
    for (auto&& element : item)
      elements.push_back(keep_item<typename Kept::value_type>(std::forward<decltype(element)>(element)));
    return elements;
  }
}

/// A range that was passed to map(): a reference to an lvalue, which must outlive the map, or a moved rvalue.
template <typename Range>
class KeptRange {
 public:
  // Of a prvalue, such as a proxy of std::vector<bool>: what the range says its value is.
  using Reference = std::ranges::range_reference_t<Range>;
  using Item =
      typename KeptItem<std::conditional_t<std::is_reference_v<Reference>, std::remove_cvref_t<Reference>,
                                           std::ranges::range_value_t<Range>>>::type;

  explicit KeptRange(Range&& range) : m_range(std::forward<Range>(range)) {}
  auto begin() { return std::ranges::begin(m_range); }
  auto end() { return std::ranges::end(m_range); }

  template <typename Iterator>
  static Item item_at(Iterator& at) {
    // A container that the map owns gives away what cannot be copied.
    if constexpr (!std::is_lvalue_reference_v<Range> && !std::ranges::view<Range> &&
                  std::is_lvalue_reference_v<Reference> && !std::is_copy_constructible_v<Item>)
      return keep_item<Item>(std::move(*at));
    else
      return keep_item<Item>(*at);
  }

 private:
  // A reference if it was an lvalue. The elements of an initializer_list do not outlive the call of map().
  template <typename Kept>
  struct Owner {
    using type = Kept;
  };
  template <typename Element>
  struct Owner<std::initializer_list<Element>> {
    using type = const std::vector<Element>;
  };
  typename Owner<Range>::type m_range;
};

/// The items of several ranges side by side, until the shortest range ends. Source: zip().
template <typename... Ranges>
class Zipped {
 public:
  using Item = std::tuple<typename KeptRange<Ranges>::Item...>;

  explicit Zipped(Ranges&&... ranges) : m_ranges(KeptRange<Ranges>(std::forward<Ranges>(ranges))...) {}

  std::optional<Item> next() { return next_of(std::index_sequence_for<Ranges...>{}); }

 private:
  template <std::size_t... I>
  std::optional<Item> next_of(std::index_sequence<I...>) {
    // Creates the iterators at the first item, when this object is no longer moved.
    if (!m_at)
      m_at.emplace(std::get<I>(m_ranges).begin()...);
    else if (!m_ended)
      (++std::get<I>(*m_at), ...);
    m_ended =
        m_ended || sizeof...(Ranges) == 0 || ((std::get<I>(*m_at) == std::get<I>(m_ranges).end()) || ...);
    if (m_ended) return std::nullopt;
    return Item(KeptRange<Ranges>::item_at(std::get<I>(*m_at))...);
  }

  std::tuple<KeptRange<Ranges>...> m_ranges;
  std::optional<std::tuple<decltype(std::declval<KeptRange<Ranges>&>().begin())...>> m_at{};
  bool m_ended = false;
};

/// Takes the next items, at most `max_items`. Empty at the end.
template <typename Items>
std::vector<typename Items::Item> take_chunk(Items& items, std::size_t max_items) {
  std::vector<typename Items::Item> chunk;
  while (chunk.size() < max_items) {
    std::optional<typename Items::Item> item = items.next();
    if (!item) break;
    chunk.push_back(std::move(*item));
  }
  return chunk;
}

}  // namespace spritefarm::detail
