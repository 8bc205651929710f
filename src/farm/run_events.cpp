#include "farm/run_events.hpp"

#include <algorithm>

namespace spritefarm::farm {

void RunEvents::receive(const Event& event) {
  if (std::holds_alternative<Interruption>(event)) throw Interrupted{};
  if (const Done* const done = std::get_if<Done>(&event)) m_done.push_back(done->number);
}

std::uint64_t RunEvents::next_done() {
  while (m_done.empty()) receive(*m_queue.get());
  const std::uint64_t number = m_done.front();
  m_done.pop_front();
  return number;
}

std::optional<std::uint64_t> RunEvents::next_done(Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (m_done.empty()) {
    const Duration left = deadline - std::chrono::steady_clock::now();
    const std::optional<Event> event = m_queue.get(std::max(left, Duration::zero()));
    if (!event) return std::nullopt;
    receive(*event);
  }
  return next_done();
}

void RunEvents::check_interruption() {
  while (m_queue.size() > 0) receive(*m_queue.get());
}

}  // namespace spritefarm::farm
