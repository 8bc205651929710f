#include "ipc/call_slots.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::ipc {
namespace {

enum class State : std::uint64_t { offered = 1, started = 2, recalled = 3 };

std::uint64_t word_of(std::uint64_t call, State state) {
  return call << 2 | static_cast<std::uint64_t>(state);
}

}  // namespace

CallSlots::CallSlots(std::uint32_t count) : m_memory(count * sizeof(Slot)), m_count(count) {}
CallSlots::CallSlots(posix::Fd memory, std::uint32_t count)
    : m_memory(std::move(memory), count * sizeof(Slot)), m_count(count) {}

void CallSlots::offer(std::uint32_t slot, std::uint64_t call) noexcept {
  at(slot).word.store(word_of(call, State::offered), std::memory_order_release);
}

bool CallSlots::recall(std::uint32_t slot, std::uint64_t call) noexcept {
  std::uint64_t expected = word_of(call, State::offered);
  return at(slot).word.compare_exchange_strong(expected, word_of(call, State::recalled));
}

std::optional<CallSlots::Clock::time_point> CallSlots::started(std::uint32_t slot,
                                                               std::uint64_t call) const noexcept {
  if (at(slot).word.load(std::memory_order_acquire) != word_of(call, State::started)) return std::nullopt;
  const Clock::time_point claimed(Clock::duration(at(slot).started_at.load(std::memory_order_relaxed)));
  return std::min(claimed, Clock::now());
}

bool CallSlots::damaged(std::uint32_t slot, std::uint64_t call) const noexcept {
  const std::uint64_t word = at(slot).word.load(std::memory_order_acquire);
  return word != word_of(call, State::offered) && word != word_of(call, State::started);
}

bool CallSlots::start(std::uint32_t slot, std::uint64_t call) noexcept {
  if (slot >= m_count) return false;
  at(slot).started_at.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
  std::uint64_t expected = word_of(call, State::offered);
  return at(slot).word.compare_exchange_strong(expected, word_of(call, State::started));
}

}  // namespace spritefarm::ipc
