#pragma once

#include <spritefarm/detail/call.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

namespace spritefarm::futures {

/// Ends the calls of a thread pool whose timeout has passed: their futures throw TimeoutError, and their
/// functions are asked to stop. Has a thread of its own, since those of the pool run the calls; the first
/// timeout starts it. Owned by the pool. Any thread.
class StopTimer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `pool` is what current_pool() is on the timer's thread.
  explicit StopTimer(const void* pool) : m_pool(pool) {}
  StopTimer(const StopTimer&) = delete;
  StopTimer& operator=(const StopTimer&) = delete;
  /// Ends the thread, and waits for it unless this is that thread.
  ~StopTimer();

  /// The timeout of a call that runs, until this is destroyed.
  class Deadline {
   public:
    Deadline(StopTimer& timer, Time due, std::shared_ptr<detail::LocalCall> call);
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    ~Deadline();

   private:
    StopTimer& m_timer;
    std::pair<Time, std::uint64_t> m_key;
  };

 private:
  using Key = std::pair<Time, std::uint64_t>;
  /// Shared with the thread, which can outlive the pool if it destroys it.
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::map<Key, std::shared_ptr<detail::LocalCall>> calls;
    std::uint64_t last = 0;
    bool is_ended = false;
  };
  static void work(State& state);

  const void* const m_pool;
  const std::shared_ptr<State> m_state = std::make_shared<State>();
  std::thread m_thread;  // guarded by the state's mutex
};

}  // namespace spritefarm::futures
