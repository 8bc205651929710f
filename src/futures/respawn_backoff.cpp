#include "futures/respawn_backoff.hpp"

#include <algorithm>

namespace spritefarm::futures {
namespace {

using namespace std::chrono_literals;

constexpr int max_strikes = 20;
constexpr std::chrono::milliseconds first_delay = 10ms;
constexpr std::chrono::milliseconds max_delay = 1s;

int strikes_of(StartFailure failure) {
  switch (failure) {
    case StartFailure::busy:
      return 0;
    case StartFailure::killed:
      return 1;
    case StartFailure::refused:
      return 2;
    case StartFailure::crashed:
      return 4;
  }
  return 0;
}

}  // namespace

void RespawnBackoff::on_failure(StartFailure failure, Time now) {
  m_strikes += strikes_of(failure);
  ++m_failures;
  if (m_failures > 1)
    m_not_before = now + std::min(max_delay, first_delay * (1 << std::min(m_failures - 2, 10)));
}

void RespawnBackoff::on_ready() noexcept {
  m_failures = m_strikes = 0;
  m_not_before.reset();
}

bool RespawnBackoff::is_exhausted() const noexcept {
  return m_strikes >= max_strikes;
}

}  // namespace spritefarm::futures
