#include "bench/futex_ping_pong.hpp"

#include "posix/child_process.hpp"
#include "posix/futex_word.hpp"
#include "posix/shared_memory.hpp"

#include <chrono>
#include <cstdint>
#include <new>
#include <stdexcept>

namespace spritefarm::bench {
namespace {

constexpr std::chrono::seconds patience{10};

struct Table {
  posix::FutexWord ping;
  posix::FutexWord pong;
};

int play(Table& table, std::uint32_t strokes) {
  for (std::uint32_t stroke = 0; stroke < strokes; ++stroke) {
    if (!table.ping.wait_while(stroke, patience)) return 1;
    table.pong.advance();
  }
  return 0;
}

}  // namespace

Samples futex_round_trips(int count) {
  using Clock = std::chrono::steady_clock;
  const auto strokes = static_cast<std::uint32_t>(count), for_warmth = strokes / 10 + 1;
  const posix::SharedMemory memory(sizeof(Table));
  Table& table = *new (memory.data()) Table;
  const posix::ChildProcess other(
      [&table, all = strokes + for_warmth](posix::ParentLine&) { return play(table, all); });
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
