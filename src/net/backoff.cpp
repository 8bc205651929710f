#include "net/backoff.hpp"

#include <algorithm>

namespace spritefarm::net {

using std::chrono::milliseconds;

milliseconds Backoff::delay(int attempt) {
  const milliseconds full = std::min(first_delay * (1 << std::clamp(attempt - 1, 0, 10)), max_delay);
  std::uniform_int_distribution<milliseconds::rep> jitter(full.count() / 2, full.count());
  return milliseconds(jitter(m_random));
}

}  // namespace spritefarm::net
