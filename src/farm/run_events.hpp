#pragma once

#include <spritefarm/future.hpp>
#include <spritefarm/queue.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <variant>

namespace spritefarm::farm {

/// Thrown where the main thread of a run waits, after a termination signal. It is no std::exception, so no
/// handler of failures catches it. Source: Python's KeyboardInterrupt.
struct Interrupted {};

/// The one queue that the main thread of a run waits for: calls that are done, and the interruption. Owned by
/// the run; outlives the executors and the signal thread, which only put into it. Only the main thread waits.
/// A wait throws Interrupted once, when it meets the interruption.
class RunEvents {
 public:
  using Duration = std::chrono::steady_clock::duration;

  /// The call of this number is done. Any thread.
  void put_done(std::uint64_t number) { m_queue.put(Done{number}); }
  /// The run is to end early. Any thread.
  void put_interruption() { m_queue.put(Interruption{}); }

  /// Waits for the next call that is done.
  std::uint64_t next_done();
  /// The same; none when the timeout has passed.
  std::optional<std::uint64_t> next_done(Duration timeout);
  /// Throws Interrupted if the interruption has come, without waiting.
  void check_interruption();
  /// Waits for a call that has no number, and returns its result. An interruption terminates the call. Throws
  /// what Future::result() throws.
  template <typename T>
  T result_of(Future<T> future);

 private:
  struct Done {
    std::uint64_t number;
  };
  struct OtherDone {};
  struct Interruption {};
  using Event = std::variant<Done, OtherDone, Interruption>;

  void receive(const Event& event);

  Queue<Event> m_queue;
  std::deque<std::uint64_t> m_done;  // received while the main thread waited for something else
};

template <typename T>
T RunEvents::result_of(Future<T> future) {
  future.add_done_callback([this](const Future<T>&) { m_queue.put(OtherDone{}); });
  try {
    while (!future.done()) receive(*m_queue.get());
  } catch (const Interrupted&) {
    future.terminate();
    throw;
  }
  return std::move(future).result();
}

}  // namespace spritefarm::farm
