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

constexpr std::chrono::seconds patience{10};

struct Table {
  system::FutexWord ping;
  system::FutexWord pong;
};

/// The two processors, where there are two.
std::optional<std::array<int, 2>> two_processors() {
  const std::vector<int> allowed = system::allowed_processors();
  if (allowed.size() < 2) return std::nullopt;
  return std::array{allowed.front(), allowed.back()};
}

int play(Table& table, std::uint32_t strokes) {
  for (std::uint32_t stroke = 0; stroke < strokes; ++stroke) {
    if (!table.ping.wait_while(stroke, patience)) return 1;
    table.pong.advance();
  }
  return 0;
}

}  // namespace

Samples futex_round_trips(int count, bool apart) {
  using Clock = std::chrono::steady_clock;
  const auto strokes = static_cast<std::uint32_t>(count), for_warmth = strokes / 10 + 1;
  const posix::SharedMemory memory(sizeof(Table));
  Table& table = *new (memory.data()) Table;
  const auto places = apart ? two_processors() : std::nullopt;
  const system::ChildProcess other([&](system::ParentLine&) {
    if (places) system::stay_on_processor((*places)[1]);
    return play(table, strokes + for_warmth);
  });
  if (places) system::stay_on_processor((*places)[0]);
  Samples microseconds;
  for (std::uint32_t stroke = 0; stroke < strokes + for_warmth; ++stroke) {
    const auto begin = Clock::now();
    table.ping.advance();
    if (!table.pong.wait_while(stroke, patience))
      throw std::runtime_error("the other process does not answer");
    if (stroke >= for_warmth)
      microseconds.add(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  return microseconds;
}

}  // namespace spritefarm::bench
