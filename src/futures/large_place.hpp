#pragma once

#include "ipc/frame.hpp"
#include "posix/shared_file.hpp"

#include <spritefarm/detail/large_bytes.hpp>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace spritefarm::futures {

/// Where a large request or result lies in its file. The payload of a frame.
struct LargePlace {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  [[nodiscard]] std::string encoded() const {
    return std::string(reinterpret_cast<const char*>(this), sizeof *this);
  }
  /// Throws CorruptFrame.
  static LargePlace decode(std::string_view payload) {
    LargePlace place;
    if (payload.size() != sizeof place)
      throw ipc::CorruptFrame("the place of large bytes has the wrong size");
    std::memcpy(&place, payload.data(), sizeof place);
    return place;
  }
};

/// Large bytes that are written into a part of a file. Each part has a terabyte of addresses.
class LargePart : public detail::LargeBytes {
 public:
  static constexpr std::uint32_t max_parts = 1 << 22;  // so that all offsets are below 2^62

  LargePart(posix::SharedFile& file, std::uint32_t part) : m_file(file), m_place{part * max_size, 0} {}
  LargePart(const LargePart&) = delete;
  LargePart& operator=(const LargePart&) = delete;

  void append(std::string_view bytes) override {
    if (bytes.size() > max_size - m_place.size) throw std::length_error("a call exceeds a terabyte");
    m_file.write(m_place.offset + m_place.size, bytes);
    m_place.size += bytes.size();
  }
  [[nodiscard]] std::size_t size() const noexcept override { return m_place.size; }
  [[nodiscard]] std::string place() override { return m_place.encoded(); }

 protected:
  void discard() noexcept { m_file.discard(m_place.offset, m_place.size); }

 private:
  static constexpr std::uint64_t max_size = std::uint64_t{1} << 40;

  posix::SharedFile& m_file;
  LargePlace m_place;
};

}  // namespace spritefarm::futures
