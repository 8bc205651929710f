#include "farm/trace_file.hpp"

#include "posix/fork.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace spritefarm::farm {
namespace {

// Threads' ids that the kernel never gives.
constexpr int coordinators_lane = 1 << 22;
constexpr int first_further_lane = coordinators_lane + 1;

TraceFile::Time now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace

TraceFile::TraceFile(const std::string& path, Time begin, bool workers_are_processes)
    : m_path(path),
      m_file(std::fopen(path.c_str(), "we")),
      m_begin(begin),
      m_workers_are_processes(workers_are_processes),
      m_coordinator{posix::current_pid(), coordinators_lane} {
  if (!m_file) throw std::system_error(errno, std::generic_category(), "cannot write " + path);
  name_process(m_coordinator.process, "spritefarm, the coordinator", 0);
  name_lane(m_coordinator, "submits, takes results");
}

// ---- events ---------------------------------------------------------------------------------------------------

text::JsonWriter TraceFile::event(std::string_view phase, std::string_view name, Lane lane, Time at) const {
  text::JsonWriter json;
  json.begin_object().key("ph").value(phase).key("name").value(name).key("pid").value(lane.process);
  json.key("tid").value(lane.thread);
  json.key("ts").value(std::chrono::duration<double, std::micro>(at - m_begin).count());
  return json;
}

void TraceFile::write(text::JsonWriter& event) {
  const std::string text = (std::exchange(m_is_first, false) ? "[\n" : ",\n") + event.end_object().text();
  if (std::fwrite(text.data(), 1, text.size(), m_file.get()) != text.size())
    throw std::system_error(errno, std::generic_category(), "cannot write " + m_path);
}

void TraceFile::slice(std::string_view name, Lane lane, Time begin, Time end, std::string_view note) {
  text::JsonWriter json = event("X", name, lane, begin);
  json.key("dur").value(std::chrono::duration<double, std::micro>(end - begin).count());
  if (!note.empty()) json.key("args").begin_object().key("note").value(note).end_object();
  write(json);
}

/// Something short in the coordinator's lane, with an arrow from or to it.
void TraceFile::mark(std::string_view name, std::uint64_t number, std::string_view arrow_phase) {
  const Time at = now();
  slice(name, m_coordinator, at, at + std::chrono::microseconds(1));
  if (!arrow_phase.empty()) arrow(arrow_phase, number, m_coordinator, at);
}

void TraceFile::arrow(std::string_view phase, std::uint64_t number, Lane lane, Time at) {
  text::JsonWriter json = event(phase, "task", lane, at);
  json.key("cat").value("task").key("id").value(number).key("bp").value("e");
  write(json);
}

void TraceFile::queue(std::string_view phase, std::uint64_t number, const std::string& name, Time at) {
  text::JsonWriter json = event(phase, "queued: " + name, m_coordinator, at);
  json.key("cat").value("queued").key("id").value(number);
  write(json);
}

void TraceFile::name_process(int process, std::string_view name, int order) {
  text::JsonWriter name_event = event("M", "process_name", {process, 0}, m_begin);
  name_event.key("args").begin_object().key("name").value(name).end_object();
  write(name_event);
  text::JsonWriter place = event("M", "process_sort_index", {process, 0}, m_begin);
  place.key("args").begin_object().key("sort_index").value(order).end_object();
  write(place);
}

void TraceFile::name_lane(Lane lane, std::string_view name) {
  text::JsonWriter json = event("M", "thread_name", lane, m_begin);
  json.key("args").begin_object().key("name").value(name).end_object();
  write(json);
}

// ---- lanes ----------------------------------------------------------------------------------------------------

TraceFile::Worker& TraceFile::worker(int thread) {
  const auto [found, is_new] = m_workers.try_emplace(thread);
  Worker& worker = found->second;
  if (!is_new) return worker;
  worker.number = static_cast<int>(m_workers.size());
  worker.first = {m_workers_are_processes ? thread : m_coordinator.process, thread};
  if (m_workers_are_processes)
    name_process(worker.first.process, fmt::format("worker {}", worker.number), worker.number);
  return worker;
}

/// One in which nothing happens in that time.
TraceFile::Lane TraceFile::free_lane(Worker& worker, Time begin, Time end) {
  const auto is_free = [&](const Worker::Taken& taken) {
    const auto later = taken.times.lower_bound(begin);
    return (later == taken.times.end() || later->first >= end) &&
           (later == taken.times.begin() || std::prev(later)->second <= begin);
  };
  auto lane = std::find_if(worker.lanes.begin(), worker.lanes.end(), is_free);
  if (lane == worker.lanes.end()) {
    const bool is_first = worker.lanes.empty();
    worker.lanes.push_back(
        {is_first ? worker.first : Lane{worker.first.process, first_further_lane + m_further_lanes++}, {}});
    lane = std::prev(worker.lanes.end());
    name_lane(lane->lane, is_first
                              ? fmt::format("worker {}", worker.number)
                              : fmt::format("worker {}, {} at once", worker.number, worker.lanes.size()));
  }
  lane->times.emplace(begin, end);
  return lane->lane;
}

// ---- what happens -----------------------------------------------------------------------------------------------

void TraceFile::on_submit(std::uint64_t number, const FarmTask& task) {
  const std::string name = display_name(task.name, task.id);
  mark("submit " + name, number, "s");
  const Time at = now();
  queue("b", number, name, at);
  m_submitted.emplace(number, Submission{name, at});
  m_changes.emplace(at, Change{0, 1});
  std::fflush(m_file.get());
}

void TraceFile::on_result(std::uint64_t number, const FarmResult& result) {
  const std::string name = display_name(result.name, result.id);
  const auto submission = m_submitted.find(number);
  if (submission == m_submitted.end()) return mark(name + ": at hand", 0, {});
  const bool was_begun = result.began.count() > 0 && result.ended > result.began;
  const Time left_queue = was_begun ? std::max(result.began, submission->second.at) : now();
  queue("e", number, submission->second.name, left_queue);
  m_changes.emplace(left_queue, Change{was_begun, -1});
  m_submitted.erase(submission);
  if (was_begun) {
    m_changes.emplace(result.ended, Change{-1, 0});
    Worker& worker_state = worker(result.worker);
    const Lane lane = free_lane(worker_state, result.began, result.ended);
    slice(name, lane, result.began, result.ended);
    arrow("t", number, lane, result.began);
    if (result.record_times) part("record", lane, *result.record_times, {});
    std::vector<const SpriteResult*> sprites;
    for (const SpriteResult& sprite : result.sprites)
      if (sprite.times) sprites.push_back(&sprite);
    std::sort(sprites.begin(), sprites.end(),
              [](const auto* a, const auto* b) { return a->times->began < b->times->began; });
    Time last = result.began;  // in the task's own lane; what overlaps it has another
    for (const SpriteResult* const sprite : sprites) {
      const PartTimes& times = *sprite->times;
      const bool fits = times.began >= last;
      if (fits) last = times.ended;
      part(fits ? sprite->key : fmt::format("{}: {}", name, sprite->key),
           fits ? lane : free_lane(worker_state, times.began, times.ended), times, sprite->reason);
    }
  }
  mark("result of " + name, number, was_begun ? "f" : "");
  std::fflush(m_file.get());
}

/// A slice for what was got, and those of its parts in it.
void TraceFile::part(const std::string& name, Lane lane, const PartTimes& times, std::string_view note) {
  slice(name, lane, times.began, times.ended, note);
  for (const net::AttemptTimes& attempt : times.attempts) {
    if (attempt.sent > attempt.began) slice("connect", lane, attempt.began, attempt.sent);
    if (attempt.answered > attempt.sent) slice("wait", lane, attempt.sent, attempt.answered);
    if (attempt.ended > attempt.answered) slice("transfer", lane, attempt.answered, attempt.ended);
  }
  if (times.write_began.count() > 0) slice("write", lane, times.write_began, times.ended);
}

void TraceFile::finish() {
  const Time end = now();
  for (const auto& [number, submission] : m_submitted) queue("e", number, submission.name, end);
  std::int64_t in_flight = 0, queued = 0;
  for (const auto& [at, change] : m_changes) {
    in_flight += change.in_flight;
    queued += change.queued;
    text::JsonWriter json = event("C", "tasks", m_coordinator, at);
    json.key("args")
        .begin_object()
        .key("in flight")
        .value(in_flight)
        .key("queued")
        .value(queued)
        .end_object();
    write(json);
  }
  if (std::fputs("\n]\n", m_file.get()) < 0 || std::fflush(m_file.get()) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write " + m_path);
}

}  // namespace spritefarm::farm
