#include "support/simulated_worker.hpp"

#include <algorithm>
#include <csignal>

namespace spritefarm::test {

bool SimulatedWorker::obeys_signal() const {
  return runs() && signal != 0 && (signal == SIGKILL || number % 4 != 0);
}

bool SimulatedWorker::obeys_exit() const {
  return runs() && asked_to_exit && channel.empty() && running.empty();
}

bool SimulatedWorker::can_start_call(int concurrency) const {
  return runs() && said_ready && !channel.empty() && running.size() < static_cast<std::size_t>(concurrency);
}

bool SimulatedWorker::has_recallable_call() const {
  return std::any_of(slots.begin(), slots.end(),
                     [](const Slot& slot) { return slot.state == SlotState::offered; });
}

SimulatedWorker::Slot* SimulatedWorker::find(CallNumber call) {
  for (Slot& slot : slots)
    if (slot.number == call) return &slot;
  return nullptr;
}

void SimulatedWorker::become_ready() {
  said_ready = true;
  sent.push_back({Message::ready, 0, false});
}

SimulatedWorker::Slot* SimulatedWorker::take_call() {
  Slot& slot = slots[channel.front()];
  channel.erase(channel.begin());
  if (slot.state == SlotState::offered) return &slot;
  if (slot.state == SlotState::recalled) sent.push_back({Message::skipped, slot.number, false});
  return nullptr;
}

void SimulatedWorker::start(Slot& slot, std::chrono::steady_clock::time_point now) {
  slot.state = SlotState::started;
  slot.started_at = now;
  running.push_back(static_cast<std::uint32_t>(&slot - slots.data()));
}

void SimulatedWorker::finish_call(std::uint32_t choice) {
  const auto which = running.begin() + choice % static_cast<std::ptrdiff_t>(running.size());
  sent.push_back({Message::result, slots[*which].number, grown});
  running.erase(which);
}

void SimulatedWorker::die(int by_signal, int exit_code) {
  dead = true;
  how.pid = static_cast<int>(number);
  how.signal = by_signal;
  how.exit_code = exit_code;
}

}  // namespace spritefarm::test
