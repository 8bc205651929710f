#include "futures/parallel_loop.hpp"

#include <algorithm>

namespace spritefarm::futures {
namespace {

// So many that a slow piece leaves little for the others to wait for.
constexpr std::size_t pieces_of_thread = 32;

}  // namespace

ParallelLoop::ParallelLoop(std::size_t size, std::size_t threads, const Run& run)
    : m_size(size), m_piece(std::max<std::size_t>(1, size / (threads * pieces_of_thread))), m_run(run) {}

void ParallelLoop::work() noexcept {
  try {
    for (std::size_t begin; (begin = m_next.fetch_add(m_piece)) < m_size;)
      m_run(begin, std::min(m_size, begin + m_piece));
  } catch (...) {
    m_next = m_size;
    const std::lock_guard lock(m_mutex);
    if (!m_failure) m_failure = std::current_exception();
  }
}

bool ParallelLoop::finish() const {
  if (m_failure) std::rethrow_exception(m_failure);
  return m_next >= m_size;
}

}  // namespace spritefarm::futures
