#include "posix/epoll.hpp"
#include "posix/event_fd.hpp"
#include "posix/futex.hpp"

#include <spritefarm/detail/resume.hpp>
#include <spritefarm/event_loop.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

namespace spritefarm {
namespace {

static_assert(EventLoop::readable == posix::Epoll::readable &&
              EventLoop::writable == posix::Epoll::writable && EventLoop::hangup == posix::Epoll::hangup);

constexpr std::uint64_t wake_key = 0;
thread_local EventLoop* current_loop = nullptr;

}  // namespace

struct EventLoop::State {
  /// What the thread of the loop does, so that wake() makes a system call only if it sleeps. The loop of a
  /// thread pool that has nothing to watch sleeps on this word itself, which is faster than epoll. But
  /// signals do not end that sleep, and the condition of run_until() may depend on one.
  enum Sleep : int { awake, notified, on_word, in_epoll };
  struct Watched {
    int fd;
    std::function<void(unsigned)> callback;
  };
  using TimerKey = std::pair<Clock::time_point, unsigned long>;

  posix::Epoll epoll;
  posix::EventFd notification;
  // The key of a watch is a number that is never used twice. So an event of a watch that a callback has just
  // ended finds no watch, even if its descriptor has been closed and reused since.
  std::unordered_map<std::uint64_t, std::shared_ptr<Watched>> watches;
  std::map<TimerKey, std::function<void()>> timers;
  unsigned long last_id = wake_key;

  std::mutex posted_mutex;
  std::deque<std::function<void()>> posted;
  std::atomic<int> sleep{awake};
  bool is_on_word = false;

  std::vector<std::pair<std::type_index, std::shared_ptr<void>>> locals;

  /// Wakes up.
  void run_if_notified() {
    // Acquires the writes of the threads that have notified.
    if (sleep.exchange(awake) != notified) return;
    try {
      run_posted();
    } catch (...) {
      wake();  // the other posts run in the next round
      throw;
    }
  }
  void run_posted() {
    std::unique_lock lock(posted_mutex);
    // Runs only the callbacks that were there at the start: one that posts itself again must not starve the
    // loop.
    for (std::size_t left = posted.size(); left > 0; --left) {
      const std::function<void()> callback = std::move(posted.front());
      posted.pop_front();
      lock.unlock();
      callback();
      lock.lock();
    }
    if (!posted.empty()) wake();  // in the next round
  }
  void wake() {
    switch (sleep.exchange(notified)) {
      case on_word:
        return posix::wake_sleeper(sleep);
      case in_epoll:
        return notification.notify();
      case awake:
      case notified:
        return;
    }
  }
  /// Begins to sleep. False if the loop was notified.
  bool fall_asleep(Sleep how) {
    int expected = awake;
    return sleep.compare_exchange_strong(expected, how);
  }
  void sleep_on_word() {
    if (!fall_asleep(on_word)) return;
    while (sleep.load() == on_word) posix::sleep_while(sleep, on_word);
  }
  [[nodiscard]] bool watches_nothing() const noexcept { return watches.empty() && timers.empty(); }

  void run_due_timers() {
    // Runs only the timers that were due at the start: one that sets itself again must not starve the loop.
    const Clock::time_point now = Clock::now();
    while (!timers.empty() && timers.begin()->first.first <= now) {
      auto due = timers.extract(timers.begin());
      due.mapped()();
    }
  }
};

EventLoop::EventLoop() : m_state(std::make_unique<State>()) {
  m_state->epoll.add(m_state->notification.fd().get(), readable, wake_key);
  if (!current_loop) current_loop = this;
}

EventLoop::~EventLoop() {
  while (!m_state->locals.empty()) {
    // Removed from the list before it is destroyed, so that its destructor can use the loop.
    const std::shared_ptr<void> last = std::move(m_state->locals.back().second);
    m_state->locals.pop_back();
  }
  if (current_loop == this) current_loop = nullptr;
}

EventLoop& EventLoop::current() {
  if (!current_loop)
    throw std::logic_error(
        "EventLoop::current(): this thread has no event loop; "
        "run this code in an executor or in EventLoop::run_until()");
  return *current_loop;
}

EventLoop::Watch EventLoop::watch(int fd, unsigned readiness, std::function<void(unsigned)> callback) {
  const unsigned long id = ++m_state->last_id;
  m_state->epoll.add(fd, readiness, id);
  m_state->watches.emplace(id, std::make_shared<State::Watched>(State::Watched{fd, std::move(callback)}));
  return {this, id};
}

EventLoop::Timer EventLoop::call_at(Clock::time_point due, std::function<void()> callback) {
  const unsigned long id = ++m_state->last_id;
  m_state->timers.emplace(State::TimerKey{due, id}, std::move(callback));
  return {this, due, id};
}

void EventLoop::post(std::function<void()> callback) {
  {
    const std::lock_guard lock(m_state->posted_mutex);
    m_state->posted.push_back(std::move(callback));
  }
  wake();
}

void EventLoop::ignore_signals() noexcept {
  m_state->is_on_word = true;
}

void EventLoop::wake() {
  m_state->wake();
}

void EventLoop::run_until(const std::function<bool()>& finished) {
  while (!finished()) run_once(Clock::duration(-1));
}

void EventLoop::run_once(Duration timeout) {
  const detail::ResumeLoop::Pause own_coroutines;
  EventLoop* const outer = std::exchange(current_loop, this);
  struct Restore {
    EventLoop* self;
    EventLoop* outer;
    ~Restore() { current_loop = outer ? outer : self; }
  } const restore{this, outer};

  if (m_state->is_on_word && m_state->watches_nothing() && timeout < Duration::zero())
    m_state->sleep_on_word();
  if (m_state->watches_nothing() &&
      (m_state->is_on_word ? timeout <= Duration::zero() : timeout == Duration::zero())) {
    m_state->run_if_notified();
    return;
  }
  if (!m_state->timers.empty()) {
    const Duration until_due =
        std::max(m_state->timers.begin()->first.first - Clock::now(), Clock::duration::zero());
    if (timeout < Duration::zero() || until_due < timeout) timeout = until_due;
  }
  if (timeout != Duration::zero() && !m_state->fall_asleep(State::in_epoll)) timeout = Duration::zero();
  std::array<posix::Epoll::Event, 64> events;
  const std::size_t count = m_state->epoll.wait(events, timeout);
  m_state->run_if_notified();
  for (std::size_t i = 0; i < count; ++i) {
    if (events[i].key == wake_key) {
      m_state->notification.clear();
    } else if (const auto found = m_state->watches.find(events[i].key); found != m_state->watches.end()) {
      const std::shared_ptr<State::Watched> watched = found->second;  // it may destroy its Watch
      watched->callback(events[i].readiness);
    }
  }
  m_state->run_due_timers();
}

void* EventLoop::find_local(std::type_index type) noexcept {
  for (const auto& [held_type, object] : m_state->locals)
    if (held_type == type) return object.get();
  return nullptr;
}

void EventLoop::add_local(std::type_index type, std::shared_ptr<void> object) {
  m_state->locals.emplace_back(type, std::move(object));
}

EventLoop::Watch::Watch(Watch&& other) noexcept
    : m_loop(std::exchange(other.m_loop, nullptr)), m_id(other.m_id) {}

EventLoop::Watch& EventLoop::Watch::operator=(Watch&& other) noexcept {
  std::swap(m_loop, other.m_loop);
  std::swap(m_id, other.m_id);
  return *this;
}

EventLoop::Watch::~Watch() {
  if (!m_loop) return;
  const auto found = m_loop->m_state->watches.find(m_id);
  m_loop->m_state->epoll.remove(found->second->fd);
  m_loop->m_state->watches.erase(found);
}

void EventLoop::Watch::interest(unsigned readiness) {
  m_loop->m_state->epoll.modify(m_loop->m_state->watches.at(m_id)->fd, readiness, m_id);
}

EventLoop::Timer::Timer(Timer&& other) noexcept
    : m_loop(std::exchange(other.m_loop, nullptr)), m_due(other.m_due), m_id(other.m_id) {}

EventLoop::Timer& EventLoop::Timer::operator=(Timer&& other) noexcept {
  std::swap(m_loop, other.m_loop);
  std::swap(m_due, other.m_due);
  std::swap(m_id, other.m_id);
  return *this;
}

EventLoop::Timer::~Timer() {
  if (m_loop) m_loop->m_state->timers.erase({m_due, m_id});
}

}  // namespace spritefarm
