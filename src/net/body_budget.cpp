#include "net/body_budget.hpp"

namespace spritefarm::net {

bool BodyBudget::Share::grow_to(std::size_t size) {
  if (size <= m_size) return true;
  const std::size_t more = size - m_size;
  const bool exceeds = m_budget.m_bytes + more > m_budget.m_max_bytes;
  if (exceeds && m_budget.m_favoured != nullptr && m_budget.m_favoured != this) {
    if (!std::exchange(m_is_waiting, true)) m_budget.m_waiting.push_back(this);
    return false;
  }
  if (exceeds) m_budget.m_favoured = this;
  m_budget.m_bytes += more;
  m_size = size;
  return true;
}

BodyBudget::Share::~Share() {
  if (m_is_waiting) std::erase(m_budget.m_waiting, this);
  if (m_budget.m_favoured == this) m_budget.m_favoured = nullptr;
  if (m_size == 0) return;
  m_budget.m_bytes -= m_size;
  for (Share* const waiting : std::exchange(m_budget.m_waiting, {})) {
    waiting->m_is_waiting = false;
    waiting->m_resume();
  }
}

}  // namespace spritefarm::net
