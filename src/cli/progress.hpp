#pragma once

#include "cli/messages.hpp"
#include "cli/progress_line.hpp"
#include "net/host_table.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace spritefarm::cli {

/// How to show a run's progress: `live` by lines that stay at the bottom of a terminal, `messages` by a
/// message every ten seconds.
enum class ProgressForm { none, messages, live };
/// `live` if standard error is a terminal that can move its cursor; otherwise `messages`.
ProgressForm fitting_progress_form();
/// What removes the lines of such a progress from the terminal at any time.
std::string_view farewell(ProgressForm form) noexcept;

/// Counts of what a run has done.
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

/// Further lines of the progress: one for each worker, or for each node.
struct ProgressRows {
  std::string kind = "workers";
  std::function<std::vector<std::string>()> read{};  ///< called on the progress' thread; none: no lines
};

/// Shows the progress of a run: pokémon done and expected, sprites per second, remaining time, failures,
/// hosts that are away; and the ProgressRows, which without a terminal only verbose messages show. The run
/// owns it, in the coordinator's process, and creates it after the worker processes, because it has a thread
/// of its own. On a terminal the thread redraws ten times per second. finish() and the destructor erase the
/// lines. Does not fail: write errors are ignored.
class Progress {
 public:
  using Clock = std::chrono::steady_clock;

  Progress(ProgressForm form, const Messages& messages, const net::HostTable& hosts, ProgressRows rows);
  ~Progress();

  /// Sets the greatest possible number of tasks. Any thread.
  void expect(std::uint64_t tasks);
  /// Adds the counts of one result. Any thread.
  void add(const ProgressCount& count);
  /// Erases the lines and shows nothing until resume(). Any thread.
  void suspend();
  void resume();
  /// Stops showing progress and erases its lines. May be called more than once. Any thread.
  void finish();

 private:
  struct Sample {
    Clock::time_point at;
    ProgressCount count;
  };

  void run();
  void announce_absences();
  [[nodiscard]] std::vector<ProgressPart> parts() const;
  [[nodiscard]] std::vector<Line> row_lines(std::size_t max_lines) const;
  void show();

  const ProgressForm m_form;
  const Messages& m_messages;
  const net::HostTable& m_hosts;
  const ProgressRows m_rows;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  bool m_finished = false, m_suspended = false;
  std::optional<std::uint64_t> m_expected;
  ProgressCount m_count;
  std::set<std::string> m_announced;  // the origins that are away
  std::deque<Sample> m_samples;       // the last five seconds, oldest first
  std::thread m_thread;
};

}  // namespace spritefarm::cli
