#include <spritefarm/wait.hpp>

namespace spritefarm::detail {

Completions::~Completions() {
  for (FutureState* future : m_watched) future->remove_waiter(*this);
}

void Completions::watch(FutureState& future) {
  m_watched.insert(&future);
  if (future.add_waiter(*this)) on_done(future);
}

void Completions::forget(FutureState& future) noexcept {
  future.remove_waiter(*this);
  m_watched.erase(&future);
}

FutureState* Completions::next(Deadline deadline) {
  std::unique_lock lock(m_mutex);
  const auto some = [this] { return !m_done.empty(); };
  if (!deadline)
    m_changed.wait(lock, some);
  else if (!m_changed.wait_until(lock, *deadline, some))
    return nullptr;
  FutureState* const done = m_done.front();
  m_done.pop_front();
  return done;
}

void Completions::on_done(FutureState& future) noexcept {
  const std::lock_guard lock(m_mutex);
  m_done.push_back(&future);
  m_changed.notify_one();
}

}  // namespace spritefarm::detail
