#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/arguments.hpp>

#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace spritefarm {
namespace detail {

/// An argument whose parameter is a span of const elements, or a string_view. In the program, it refers to
/// the elements of the caller, while the call is encoded. In the worker, it refers to the memory of the pool
/// in which they lie, or owns them if the call came over the channel.
template <Scalar Type>
class SentElements {
 public:
  explicit SentElements(std::span<const Type> elements) : m_elements(elements) {}
  explicit SentElements(std::vector<Type> elements) : m_owned(std::move(elements)), m_elements(m_owned) {}
  SentElements(SentElements&&) noexcept = default;
  SentElements& operator=(SentElements&&) noexcept = default;

  operator std::span<const Type>() const noexcept { return m_elements; }
  operator std::string_view() const noexcept requires std::same_as<Type, char> {
    return {m_elements.data(), m_elements.size()};
  }

 private:
  std::vector<Type> m_owned{};
  std::span<const Type> m_elements;
};

/// The parameters of a function that has one signature; none of a template or an overloaded one.
template <typename Function>
struct Parameters {
  using Types = TypeList<>;
};
template <typename R, typename... Ps, bool is_noexcept>
struct Parameters<R (*)(Ps...) noexcept(is_noexcept)> {
  using Types = TypeList<Ps...>;
};
template <typename R, typename Class, typename... Ps, bool is_noexcept>
struct Parameters<R (Class::*)(Ps...) noexcept(is_noexcept)> {
  using Types = TypeList<Ps...>;
};
template <typename R, typename Class, typename... Ps, bool is_noexcept>
struct Parameters<R (Class::*)(Ps...) const noexcept(is_noexcept)> {
  using Types = TypeList<Ps...>;
};
template <typename Function>
requires requires {
  &Function::operator();
}
struct Parameters<Function> : Parameters<decltype(&Function::operator())> {};

/// The type in which an argument of type Kept crosses to a parameter.
template <typename Parameter, typename Kept>
struct Sent {
  using type = Kept;
};
template <Scalar Type>
requires(!std::same_as<Type, bool>) struct Sent<std::span<const Type>, std::vector<Type>> {
  using type = SentElements<Type>;
};
template <>
struct Sent<std::string_view, std::string> {
  using type = SentElements<char>;
};

template <typename ParameterList, typename KeptList>
struct SentAll {
  using Types = KeptList;
};
template <typename... Ps, typename... Kept>
requires(sizeof...(Ps) == sizeof...(Kept)) struct SentAll<TypeList<Ps...>, TypeList<Kept...>> {
  using Types = TypeList<typename Sent<std::remove_cvref_t<Ps>, Kept>::type...>;
};

/// The types in which the arguments of a call cross to another process, as a TypeList.
template <typename Function, typename... Args>
using SentTypes = typename SentAll<typename Parameters<Function>::Types, TypeList<KeptT<Args>...>>::Types;

template <typename Type>
inline constexpr bool is_sent_elements = false;
template <typename Type>
inline constexpr bool is_sent_elements<SentElements<Type>> = true;

/// Encodes an argument of a caller as one of SentTypes, without another copy.
template <typename SentType, typename Arg>
void encode_argument(Encoder& to, const Arg& argument) {
  if constexpr (std::same_as<SentType, Arg>)
    encode(to, argument);
  else if constexpr (!is_sent_elements<SentType>)
    encode<SentType>(to, keep(argument));
  else if constexpr (std::convertible_to<const Arg&, std::string_view>)
    Codec<SentType>::encode(to, std::string_view(argument));
  else
    Codec<SentType>::encode(to, argument);
}

}  // namespace detail

template <detail::Scalar Type>
struct Codec<detail::SentElements<Type>> {
  using Elements = detail::SentElements<Type>;
  static void encode(Encoder& to, std::span<const Type> elements) {
    to.size(elements.size());
    to.align(alignof(Type));
    to.bytes(elements.data(), elements.size_bytes());
  }
  static Elements decode(Decoder& from) {
    const std::size_t count = from.size(sizeof(Type));
    from.align(alignof(Type));
    const std::string_view bytes = from.view(count * sizeof(Type));
    if (from.where() == detail::BytesIn::request)
      return Elements(std::span(reinterpret_cast<const Type*>(bytes.data()), count));
    std::vector<Type> elements(count);
    if (count > 0) std::memcpy(elements.data(), bytes.data(), bytes.size());
    return Elements(std::move(elements));
  }
};

}  // namespace spritefarm
