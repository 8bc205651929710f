#pragma once

#include "farm/run_listener.hpp"
#include "text/json_writer.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

/// The time line of a run in Chrome's trace event format, as a JSON list, for Perfetto and other viewers:
///
/// - one track of the coordinator: a mark when it submits a task and one when it takes the result; arrows
/// lead
///   from the first mark through the task to the second. Separate tracks show how long each task was queued;
///   counters show the tasks in flight and queued.
/// - one track for each worker, and more while it has several tasks in flight: a slice for each task; in it
///   slices for the record and the images, the parts of each request (connect, wait, transfer), the waits
///   before it (limit, pause, back-off), its retries, and the writing of the file. A worker process is a
///   process of the trace; so is a node, with the tracks of its workers.
///
/// Categories tell what is done: `task`, `record`, `image`, `disk`, and `wait`, in which no byte moves. Each
/// slice has arguments, such as its URL without credentials, status, bytes and attempt.
///
/// Events are written as results arrive, so the file of a killed run lacks only the list's end, which viewers
/// do not need. The run owns it, in the coordinator's process. Throws std::system_error if the file cannot be
/// written.
class TraceFile final : public RunListener {
 public:
  using Time = std::chrono::nanoseconds;  // since the epoch of steady_clock

  /// `workers_are_processes`: false if they are threads of this process.
  TraceFile(const std::string& path, Time begin, bool workers_are_processes);

  void on_submit(std::uint64_t number, const FarmTask& task) override;
  void on_result(std::uint64_t number, const FarmResult& result) override;
  /// Writes the counters and the list's end. Call it once, after all other members.
  void finish();

 private:
  struct Track {
    int process = 0;
    int thread = 0;
  };
  /// A worker's tracks, with the periods in use on each, from begin to end.
  struct Worker {
    int number = 0;  ///< among those of its machine
    Track first;
    struct Taken {
      Track track;
      std::map<Time, Time> times;
    };
    std::vector<Taken> tracks;
  };
  struct Machine {
    int process = 0;                ///< of the workers that are threads
    std::map<int, Worker> workers;  ///< by thread id
  };
  struct Submission {
    std::string name;
    std::string url;  // of the record
    Time at{0};
  };

  /// The beginning of an event. The caller adds the members that its phase needs and ends the object.
  [[nodiscard]] text::JsonWriter event(std::string_view phase, std::string_view name, Track track,
                                       Time at) const;
  void write(text::JsonWriter& event);
  /// Adds members to the arguments of a slice.
  using Arguments = std::function<void(text::JsonWriter& arguments)>;
  void slice(std::string_view name, std::string_view category, Track track, Time begin, Time end,
             const Arguments& arguments);
  void mark(std::string_view name, std::uint64_t number, std::string_view arrow);
  void arrow(std::string_view phase, std::uint64_t number, Track track, Time at);
  void queue(std::string_view phase, std::uint64_t number, const std::string& name, Time at);
  void name_process(int process, std::string_view name, int order);
  void name_track(Track track, std::string_view name, int order);
  /// A document or an image, for which there may have been several attempts.
  struct Part {
    std::string name;
    std::string_view category;
    std::string url, reason, path;
  };
  void part(const Part& part, Track track, const PartTimes& times);
  void attempt(const Part& part, Track track, const net::AttemptTimes& times, int number);
  void wait(std::string_view name, Track track, Time begin, Time end, int attempt);
  Machine& machine(const std::string& node);
  Worker& worker(const FarmResult& result);
  Track free_track(Worker& worker, Time begin, Time end);

  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  const std::string m_path;
  std::unique_ptr<std::FILE, Close> m_file;
  const Time m_begin;
  const bool m_workers_are_processes;
  const Track m_coordinator;
  bool m_is_first = true;
  int m_extra_tracks = 0;
  std::map<std::string, Machine> m_machines;  // by the name of the node; empty: this machine
  std::map<std::uint64_t, Submission> m_submitted;
  struct Change {
    int in_flight = 0;
    int queued = 0;
  };
  std::multimap<Time, Change> m_changes;
};

}  // namespace spritefarm::farm
