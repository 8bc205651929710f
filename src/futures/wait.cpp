#include <spritefarm/wait.hpp>

#include <mutex>
#include <unordered_set>
#include <vector>

namespace spritefarm::detail {

Completions::~Completions() {
  for (auto& [future, watch] : m_watched) future->remove_waiter(watch);
}

void Completions::watch(FutureState& future) {
  const auto [added, is_new] = m_watched.try_emplace(&future, *this);
  if (is_new && future.add_waiter(added->second)) add_done(future);
}

void Completions::forget(FutureState& future) noexcept {
  const auto found = m_watched.find(&future);
  if (found == m_watched.end()) return;
  future.remove_waiter(found->second);
  m_watched.erase(found);
}

FutureState* Completions::next(Deadline deadline) {
  std::unique_lock lock(m_mutex);
  const auto any_done = [this] { return !m_done.empty(); };
  if (!deadline)
    m_changed.wait(lock, any_done);
  else if (!m_changed.wait_until(lock, *deadline, any_done))
    return nullptr;
  FutureState* const done = m_done.front();
  m_done.pop_front();
  return done;
}

void Completions::add_done(FutureState& future) noexcept {
  const std::lock_guard lock(m_mutex);
  m_done.push_back(&future);
  m_changed.notify_one();
}

std::unordered_set<const FutureState*> wait_for(const std::vector<FutureState*>& futures, Deadline deadline,
                                                ReturnWhen when) {
  Completions completions;
  for (FutureState* const future : futures) completions.watch(*future);
  const auto failed = [](const FutureState& future) {
    return future.phase() == FutureState::Phase::finished && future.exception_after_wait();
  };
  std::unordered_set<const FutureState*> done;
  bool enough = false;
  while (done.size() < futures.size()) {
    // Once the condition is true, collects the futures that are done already, without waiting for more.
    FutureState* const next = completions.next(enough ? Clock::now() : deadline);
    if (!next) break;
    done.insert(next);
    enough = enough || when == ReturnWhen::first_completed ||
             (when == ReturnWhen::first_exception && failed(*next));
  }
  return done;
}

}  // namespace spritefarm::detail
