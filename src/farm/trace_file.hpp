#pragma once

#include "farm/run_listener.hpp"
#include "text/json_writer.hpp"

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::farm {

/// The time line of a run in Chrome's trace event format, as a JSON list, for Perfetto and other viewers:
///
/// - the coordinator's lane: a mark where a task is submitted, and one where its result is taken; arrows lead from the one
///   over the task to the other; in tracks of their own how long it was queued; counters of the tasks in flight and queued
/// - a lane for each worker, and further ones while it has several tasks in flight: a task, in it its record and its images
///   with the parts of each request (connect, wait, transfer) and the writing of the file
///
/// RawOptions as results come, so that a killed run has left all but the list's end, which viewers do without. The
/// coordinator's. Throws std::system_error where the file cannot be written.
class TraceFile final : public RunListener {
 public:
  using Time = std::chrono::nanoseconds;  // steady_clock's, since its epoch

  /// `workers_are_processes`: or else threads of this one.
  TraceFile(const std::string& path, Time begin, bool workers_are_processes);

  void on_submit(std::uint64_t number, const FarmTask& task) override;
  void on_result(std::uint64_t number, const FarmResult& result) override;
  /// Writes what is known only at the end. Once, and last.
  void finish();

 private:
  struct Lane {
    int process = 0;
    int thread = 0;
  };
  /// A worker's lanes: the times that are taken in each, from begin to end.
  struct Worker {
    int number = 0;
    Lane first;
    struct Taken {
      Lane lane;
      std::map<Time, Time> times;
    };
    std::vector<Taken> lanes;
  };
  struct Submission {
    std::string name;
    Time at{0};
  };

  /// An event that lacks what its phase needs besides, and its end.
  [[nodiscard]] text::JsonWriter event(std::string_view phase, std::string_view name, Lane lane,
                                       Time at) const;
  void write(text::JsonWriter& event);
  void slice(std::string_view name, Lane lane, Time begin, Time end, std::string_view note = {});
  void mark(std::string_view name, std::uint64_t number, std::string_view arrow);
  void arrow(std::string_view phase, std::uint64_t number, Lane lane, Time at);
  void queue(std::string_view phase, std::uint64_t number, const std::string& name, Time at);
  void name_process(int process, std::string_view name, int order);
  void name_lane(Lane lane, std::string_view name);
  void part(const std::string& name, Lane lane, const PartTimes& times, std::string_view note);
  Worker& worker(int thread);
  Lane free_lane(Worker& worker, Time begin, Time end);

  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  const std::string m_path;
  std::unique_ptr<std::FILE, Close> m_file;
  const Time m_begin;
  const bool m_workers_are_processes;
  const Lane m_coordinator;
  bool m_is_first = true;
  int m_further_lanes = 0;
  std::map<int, Worker> m_workers;  // by their threads
  std::map<std::uint64_t, Submission> m_submitted;
  struct Change {
    int in_flight = 0;
    int queued = 0;
  };
  std::multimap<Time, Change> m_changes;
};

}  // namespace spritefarm::farm
