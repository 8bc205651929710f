#pragma once

#include "cli/activity_board.hpp"
#include "cli/messages.hpp"
#include "net/host_rate_limits.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace spritefarm::cli {

/// How a run's progress is shown: by lines that stay at the bottom of a terminal, or, where standard error is none, or is a
/// simple one (TERM=dumb, NO_COLOR), by a message every ten seconds.
enum class ProgressForm { none, messages, live };
/// What suits standard error and the environment.
ProgressForm fitting_progress_form();

/// How far a run has come.
struct ProgressCount {
  std::uint64_t tasks = 0, sprites = 0, bytes = 0, failed = 0, retries = 0;

  ProgressCount& operator+=(const ProgressCount& more) noexcept {
    tasks += more.tasks;
    sprites += more.sprites;
    bytes += more.bytes;
    failed += more.failed;
    retries += more.retries;
    return *this;
  }
};

/// Shows how far a run is: done of how many, what a second brings, how long it will still take, what failed, which hosts are
/// left alone; and, with a board, a line for each worker. Owned by the program, which makes it after its workers' processes:
/// it has a thread of its own, that looks ten times a second at what the coordinator has told. Ends with a terminal as
/// clean as it was.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  /// `board`, where there is one, is shown too.
  Progress(ProgressForm form, const Messages& messages, const net::HostRateLimits& rate_limits,
           const ActivityBoard* board);
  ~Progress();

  /// How many tasks there will be, at most. Any thread.
  void expect(std::uint64_t tasks);
  /// What another result brought. Any thread.
  void add(const ProgressCount& count);
  /// Shows no more. Once or more often, from any thread.
  void finish();

 private:
  struct Sample {
    Clock::time_point at;
    ProgressCount count;
  };

  void run();
  [[nodiscard]] std::vector<std::string> parts();
  [[nodiscard]] std::string bar() const;
  [[nodiscard]] std::vector<std::string> lanes(std::size_t most) const;
  void show();

  const ProgressForm m_form;
  const Messages& m_messages;
  const net::HostRateLimits& m_rate_limits;
  const ActivityBoard* const m_board;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_finished = false;
  std::optional<std::uint64_t> m_expected;
  ProgressCount m_count;
  std::deque<Sample> m_samples;  // of the last seconds, the oldest first
  std::thread m_thread;
};

}  // namespace spritefarm::cli
