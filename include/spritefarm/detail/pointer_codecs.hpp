#pragma once

#include <spritefarm/codec.hpp>
#include <spritefarm/detail/standard_codecs.hpp>

#include <memory>
#include <type_traits>
#include <utility>

/// The specialisations of Codec for owning pointers: the object crosses, not its address.
namespace spritefarm {
namespace detail {

/// An object that a copy replaces. One of a class with virtual functions may be more than the pointer says.
template <typename Type>
concept Copied = requires {
  sizeof(Type);
}
&&(!std::is_polymorphic_v<Type> || std::is_final_v<Type>)&&Portable<std::remove_const_t<Type>>;

template <typename Pointer>
struct PointerCodec {
  using Value = std::remove_const_t<typename Pointer::element_type>;
  static void encode(Encoder& to, const Pointer& pointer) {
    spritefarm::encode(to, pointer != nullptr);
    if (pointer) spritefarm::encode<Value>(to, *pointer);
  }
  static Pointer decode(Decoder& from) {
    if (!spritefarm::decode<bool>(from)) return nullptr;
    return std::make_unique<Value>(spritefarm::decode<Value>(from));
  }
};

}  // namespace detail

template <detail::Copied Type>
struct Codec<std::unique_ptr<Type>> : detail::PointerCodec<std::unique_ptr<Type>> {};

template <detail::Copied Type>
struct Codec<std::shared_ptr<Type>> : detail::PointerCodec<std::shared_ptr<Type>> {};

}  // namespace spritefarm
