#pragma once

#include <spritefarm/errors.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace spritefarm {

/// Appends the bytes of values to a buffer. Used by one thread at a time. Source: pickle.Pickler.
class Encoder {
 public:
  /// Appends `size` bytes unchanged.
  void bytes(const void* data, std::size_t size) { m_bytes.append(static_cast<const char*>(data), size); }
  /// Appends the number of the elements that follow.
  void size(std::size_t count) {
    const auto wide = static_cast<std::uint64_t>(count);
    bytes(&wide, sizeof wide);
  }
  /// Moves the buffer out.
  [[nodiscard]] std::string take() && { return std::move(m_bytes); }

 private:
  std::string m_bytes{};
};

/// Reads values from bytes that another process wrote. The bytes must outlive the decoder. Used by one thread
/// at a time. Every member throws CodecError instead of reading past the end. Source: pickle.Unpickler.
class Decoder {
 public:
  /// Reads these bytes.
  explicit Decoder(std::string_view bytes) : m_rest(bytes) {}

  /// Copies the next `size` bytes to `data`.
  void bytes(void* data, std::size_t size) {
    const std::string_view from = view(size);
    if (size > 0) std::memcpy(data, from.data(), size);
  }
  /// The next `size` bytes, without a copy.
  std::string_view view(std::size_t size) {
    if (size > m_rest.size()) throw CodecError("a value from another process ends too early");
    const std::string_view found = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return found;
  }
  /// The number of the elements that follow. `min_bytes` is the smallest encoded size of an element: a number
  /// that does not fit into the remaining bytes throws CodecError before memory is allocated for it.
  std::size_t size(std::size_t min_bytes) {
    std::uint64_t count;
    bytes(&count, sizeof count);
    if (count > m_rest.size() / (min_bytes > 0 ? min_bytes : 1))
      throw CodecError("a value from another process claims more elements than it has");
    return static_cast<std::size_t>(count);
  }
  /// Throws CodecError if bytes are left.
  void finish() const {
    if (!m_rest.empty()) throw CodecError("a value from another process has bytes left over");
  }

 private:
  std::string_view m_rest;
};

/// Encodes and decodes a Type. The library specialises it for
///
///   - arithmetic types, enumerations, std::complex, and durations and time points of std::chrono;
///   - std::string, optional, variant, monostate, pair, tuple, array, bitset, filesystem::path and expected;
///   - containers: vector, deque, list, set, map, multiset, multimap and their unordered forms;
///   - std::unique_ptr and shared_ptr to a value of one of these types, which crosses as a copy; null stays
///     null, and two pointers to one object arrive as pointers to two. Not to an array, nor to a class with
///     virtual functions that is not final: it may be one that is derived from it;
///   - std::exception_ptr: the type name, the message and the nested exceptions. A standard exception or one
///     of this library decodes as its own type, any other as RemoteError. Decoding does not fail: invalid
///     bytes give a CodecError;
///   - aggregates: a struct without constructors that has at most 16 fields, all public, portable and no
///     arrays.
///
/// Specialise it for any other type:
///
///     template <>
///     struct spritefarm::Codec<Date> {
///       static void encode(Encoder& to, const Date& date) { spritefarm::encode(to, date.days()); }
///       static Date decode(Decoder& from) { return Date(spritefarm::decode<long>(from)); }
///     };
///
/// An exception that either function throws becomes the exception of the call's future.
/// Source: the __reduce__() method that pickle calls.
template <typename Type>
struct Codec;

/// A type that can cross to another process: one that has a Codec.
template <typename Type>
concept Portable = requires(Encoder& to, Decoder& from, const Type& value) {
  Codec<Type>::encode(to, value);
  { Codec<Type>::decode(from) } -> std::same_as<Type>;
};

/// Appends `value` to the encoder's buffer. Throws what Codec<Type>::encode() throws.
template <Portable Type>
void encode(Encoder& to, const Type& value) {
  Codec<Type>::encode(to, value);
}
/// Reads a Type. Throws CodecError if the bytes are not a Type, or what Codec<Type>::decode() throws.
template <Portable Type>
Type decode(Decoder& from) {
  return Codec<Type>::decode(from);
}

}  // namespace spritefarm

#include <spritefarm/detail/standard_codecs.hpp>
