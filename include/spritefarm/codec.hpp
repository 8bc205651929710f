#pragma once

#include <spritefarm/detail/large_bytes.hpp>
#include <spritefarm/errors.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace spritefarm {

/// Appends the bytes of values to a buffer. Move-only. Used by one thread at a time. Source: pickle.Pickler.
class Encoder {
 public:
  Encoder() = default;
  /// For the library: keeps what is too much to be sent in `memory`, unless it is null.
  explicit Encoder(detail::LargeMemory* memory) : m_memory(memory) {}
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  /// Takes the bytes of another one over.
  Encoder(Encoder&&) noexcept = default;
  /// The same.
  Encoder& operator=(Encoder&&) noexcept = default;

  /// Appends `size` bytes unchanged.
  void bytes(const void* data, std::size_t size) {
    const std::string_view more(static_cast<const char*>(data), size);
    if (!m_memory || size <= detail::max_sent_bytes - m_bytes.size())
      m_bytes.append(more);
    else
      append_large(more);
  }
  /// Appends the number of the elements that follow.
  void size(std::size_t count) {
    const auto wide = static_cast<std::uint64_t>(count);
    bytes(&wide, sizeof wide);
  }
  /// Appends zeros until the number of all bytes is a multiple of `alignment`, a power of two up to 64.
  void align(std::size_t alignment) {
    constexpr char zeros[64] = {};
    bytes(zeros, (0 - ((m_large ? m_large->size() : 0) + m_bytes.size())) % alignment);
  }
  /// Moves the buffer out.
  [[nodiscard]] std::string take() && { return std::move(m_bytes); }
  /// Moves all out, of an Encoder that has a memory.
  [[nodiscard]] detail::Encoded take_encoded() && {
    if (!m_large) return std::move(m_bytes);
    m_large->append(m_bytes);
    return std::move(m_large);
  }

 private:
  void append_large(std::string_view more) {
    if (!m_large) m_large = m_memory->make();
    if (!m_large) {
      m_memory = nullptr;
      m_bytes.append(more);
      return;
    }
    m_large->append(m_bytes);
    m_large->append(more);
    m_bytes.clear();
  }

  std::string m_bytes{};
  detail::LargeMemory* m_memory = nullptr;
  std::shared_ptr<detail::LargeBytes> m_large{};  // what comes before m_bytes
};

/// Reads values from bytes that another process wrote. The bytes must outlive the decoder. Used by one thread
/// at a time. Every member throws CodecError instead of reading past the end. Source: pickle.Unpickler.
class Decoder {
 public:
  /// Reads these bytes.
  explicit Decoder(std::string_view bytes) : Decoder(bytes, detail::BytesIn::buffer) {}
  /// For the library.
  Decoder(std::string_view bytes, detail::BytesIn where) : m_all(bytes), m_rest(bytes), m_where(where) {}

  /// Copies the next `size` bytes to `data`.
  void bytes(void* data, std::size_t size) {
    const std::string_view from = next(size);
    if (size > 0) std::memcpy(data, from.data(), size);
  }
  /// The next `size` bytes, if possible without a copy. Valid as long as this decoder.
  std::string_view view(std::size_t size) {
    const std::string_view found = next(size);
    if (m_where != detail::BytesIn::result) return found;
    return m_copies.emplace_back(found);  // checks of what is there must stay true
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
  /// Skips what Encoder::align() has appended.
  void align(std::size_t alignment) { next((0 - (m_all.size() - m_rest.size())) % alignment); }
  /// Where the bytes are.
  [[nodiscard]] detail::BytesIn where() const noexcept { return m_where; }
  /// Throws CodecError if bytes are left.
  void finish() const {
    if (!m_rest.empty()) throw CodecError("a value from another process has bytes left over");
  }

 private:
  std::string_view next(std::size_t size) {
    if (size > m_rest.size()) throw CodecError("a value from another process ends too early");
    const std::string_view found = m_rest.substr(0, size);
    m_rest.remove_prefix(size);
    return found;
  }

  std::string_view m_all;
  std::string_view m_rest;
  detail::BytesIn m_where;
  std::list<std::string> m_copies{};
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
