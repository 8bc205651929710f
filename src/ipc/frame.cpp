#include "ipc/frame.hpp"

namespace spritefarm::ipc {

void check_limit(std::uint64_t size, std::uint64_t max_size) {
  if (size > max_size)
    throw CorruptFrame("a frame of " + std::to_string(size) + " bytes, more than the limit of " +
                       std::to_string(max_size));
}

void check_header(const FrameHeader& header) {
  constexpr std::uint64_t max_bytes = std::uint64_t{1} << 40;
  if (header.version != FrameHeader::current_version)
    throw CorruptFrame("a frame has version " + std::to_string(header.version) + " instead of " +
                       std::to_string(FrameHeader::current_version));
  if (header.kind < FrameKind::call || header.kind > FrameKind::large_result)
    throw CorruptFrame("a frame has the unknown kind " + std::to_string(static_cast<unsigned>(header.kind)));
  if (header.size > max_bytes)
    throw CorruptFrame("a frame claims a size of " + std::to_string(header.size) + " bytes");
}

}  // namespace spritefarm::ipc
