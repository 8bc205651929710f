#pragma once

#include "net/freshness.hpp"

#include <cstdint>
#include <optional>

namespace spritefarm::farm {

/// The modification time of a file with --mtime server: that of Last-Modified, as in system::FileStamp; none
/// if there is no such header.
inline std::optional<std::int64_t> server_time(const net::Validators& validators) {
  const std::optional<std::time_t> time = net::http_date(validators.last_modified);
  constexpr std::int64_t second = 1'000'000'000, max_seconds = INT64_MAX / second;
  if (!time || *time > max_seconds || *time < -max_seconds) return std::nullopt;
  return *time * second;
}

}  // namespace spritefarm::farm
