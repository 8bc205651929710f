#pragma once

#include "net/host_table.hpp"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace spritefarm::farm {

/// A pause that a host has asked for, as machines tell each other. Their clocks differ, so it has durations
/// only.
struct HostPause {
  std::string origin;
  std::string reason;
  std::chrono::nanoseconds length{0};  ///< what was left of it when its machine first saw it
  std::chrono::nanoseconds age{0};     ///< how long ago that was, rounded down to a multiple of age_step

  static constexpr std::chrono::seconds age_step{5};
};

/// The pauses of the hosts of one machine. Used on one thread.
class HostPauses {
 public:
  using Time = net::Host::Time;

  /// Those in the table.
  std::vector<HostPause> of(const net::HostTable& hosts, Time now);
  /// Adds a pause that another machine has told to the table, unless it knows of one that lasts as long.
  static void add(const HostPause& pause, net::HostTable& hosts, Time now);

 private:
  struct Seen {
    Time at{};
    Time until{};
  };
  std::map<std::string, Seen> m_seen;  // by origin
};

}  // namespace spritefarm::farm
