#pragma once

#include "posix/fd.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace spritefarm::posix {

/// Owns a mapping of bytes of a file that processes share. Move-only.
class Mapping {
 public:
  enum class Access { read, read_write };

  Mapping() = default;
  /// Maps `size` bytes at `offset`, a multiple of the size of a page. Throws std::system_error, also if the
  /// file has fewer bytes.
  Mapping(const Fd& file, std::uint64_t offset, std::size_t size, Access access);
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  [[nodiscard]] void* data() const noexcept { return m_data; }
  [[nodiscard]] std::string_view bytes() const noexcept { return {static_cast<const char*>(m_data), m_size}; }

 private:
  void* m_data = nullptr;
  std::size_t m_size = 0;
};

}  // namespace spritefarm::posix
