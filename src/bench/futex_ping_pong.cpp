#include "bench/futex_ping_pong.hpp"

#include "posix/shared_memory.hpp"
#include "system/child_process.hpp"
#include "system/futex_word.hpp"
#include "system/processors.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>
#include <vector>

namespace spritefarm::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds timeout{10};

struct Table {
  system::FutexWord ping;
  system::FutexWord pong;
};

/// None if this process may use only one processor.
std::optional<std::array<int, 2>> two_processors() {
  const std::vector<int> allowed = system::allowed_processors();
  if (allowed.size() < 2) return std::nullopt;
  return std::array{allowed.front(), allowed.back()};
}

int answer_pings(Table& table, std::uint32_t count) {
  for (std::uint32_t ping = 0; ping < count; ++ping) {
    if (!table.ping.wait_while(ping, timeout)) return 1;
    table.pong.advance();
  }
  return 0;
}

}  // namespace

Samples futex_round_trips(int count, Placement placement) {
  const auto measured = static_cast<std::uint32_t>(count), warm_up = measured / 10 + 1;
  const posix::SharedMemory memory(sizeof(Table));
  Table& table = *new (memory.data()) Table;
  const auto processors = placement == Placement::pinned ? two_processors() : std::nullopt;
  const system::ChildProcess other([&](system::ParentLine&) {
    if (processors) system::stay_on_processor((*processors)[1]);
    return answer_pings(table, warm_up + measured);
  });
  if (processors) system::stay_on_processor((*processors)[0]);
  Samples microseconds;
  for (std::uint32_t ping = 0; ping < warm_up + measured; ++ping) {
    const auto begin = Clock::now();
    table.ping.advance();
    if (!table.pong.wait_while(ping, timeout))
      throw std::runtime_error("the other process of the futex ping-pong does not answer");
    if (ping >= warm_up)
      microseconds.add(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return microseconds;
}

}  // namespace spritefarm::bench
