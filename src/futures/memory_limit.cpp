#include "futures/memory_limit.hpp"

#include <algorithm>
#include <utility>

namespace spritefarm::futures {

bool MemoryLimit::near(std::size_t resident, std::size_t calls) {
  const std::size_t before = std::exchange(m_resident, resident);
  const std::size_t growth = resident > before ? resident - before : 0;
  m_second_growth = std::max(m_second_growth, std::min(growth, m_max_growth));
  m_max_growth = std::max(m_max_growth, growth);
  return resident > m_limit || (m_second_growth > 0 && calls > (m_limit - resident) / m_second_growth);
}

}  // namespace spritefarm::futures
