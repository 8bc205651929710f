#include "fuzz/fuzz_input.hpp"
#include "ipc/call_slots.hpp"

#include <array>

using namespace spritefarm;
using fuzz::must;
using ipc::CallSlots;

namespace {

constexpr std::uint32_t count = 4;

/// The expected state of a slot and its last call.
struct Known {
  std::uint64_t call = 0;
  enum { free, offered, started, recalled, overwritten } state = free;
};

}  // namespace

/// A sequence of operations of coordinator and worker on the slots: an operation, a slot and a call each.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  CallSlots coordinator(count);
  CallSlots worker(coordinator.memory().duplicate(), count);
  const posix::SharedMemory shared(coordinator.memory().duplicate(), count * 16);
  std::array<Known, count> slots;
  while (!input.empty()) {
    const auto operation = input.number<char>();
    const auto number = input.number<std::uint8_t>();
    const std::uint64_t call = input.number<std::uint8_t>();
    const std::uint32_t slot = number % count;
    Known& known = slots[slot];
    const bool trusted = known.state != Known::overwritten, same = known.call == call;
    switch (operation) {
      case 'o':
        coordinator.offer(slot, call);
        known = {call, Known::offered};
        break;
      case 'r': {
        const bool recalled = coordinator.recall(slot, call);
        if (trusted)
          must(recalled == (same && known.state == Known::offered),
               "a call is recalled if it has not started");
        if (recalled) known = {call, Known::recalled};
        break;
      }
      case 's': {
        const bool started = worker.start(number, call);
        if (number >= count) {
          must(!started, "no call starts in a slot that does not exist");
          break;
        }
        if (trusted)
          must(started == (same && known.state == Known::offered), "a call starts unless it was recalled");
        if (started) known = {call, Known::started};
        break;
      }
      case 'x':  // writes to the shared memory, as a broken worker could
        static_cast<std::uint64_t*>(shared.data())[number % (2 * count)] = input.number<std::uint64_t>();
        slots[number % (2 * count) / 2].state = Known::overwritten;
        break;
      default:
        return 0;
    }
    const auto began = coordinator.started(slot, call);
    must(!began || *began <= CallSlots::Clock::now(), "no start time is in the future");
    if (known.state != Known::overwritten && known.call == call && known.state != Known::free) {
      must(began.has_value() == (known.state == Known::started),
           "started() knows each started call, and no other");
      must(coordinator.damaged(slot, call) == (known.state == Known::recalled),
           "damaged() is true exactly for a recalled call");
    }
  }
  return 0;
}
