#pragma once

#include "farm/host_pauses.hpp"
#include "farm/rate_division.hpp"

#include <spritefarm/codec.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What a run and its nodes tell each other beside calls: the text of ClusterExecutor::announce() and of
/// NodeInfo::status. All types are aggregates, for the library's codec.
namespace spritefarm::farm {

/// From a run to all nodes, with each new table and every few seconds.
struct RunNotice {
  std::uint64_t run = 0;
  std::uint32_t epoch = 0;
  std::vector<RateDivision::Part> parts{};  ///< a node that is not in it has none
  std::vector<HostPause> pauses{};
};

/// From a node to all runs.
struct NodeNotice {
  struct Run {
    std::uint64_t run = 0;
    std::uint32_t epoch = 0;  ///< of the newest table that the node has
  };
  std::vector<Run> runs{};
  std::vector<HostPause> pauses{};
};

template <typename Notice>
std::string encode_notice(const Notice& notice) {
  Encoder to;
  encode(to, notice);
  return std::move(to).take();
}

/// None if the text is no such notice.
template <typename Notice>
std::optional<Notice> decode_notice(std::string_view text) {
  try {
    Decoder from(text);
    auto notice = decode<Notice>(from);
    from.finish();
    return notice;
  } catch (const CodecError&) {
    return std::nullopt;
  }
}

}  // namespace spritefarm::farm
