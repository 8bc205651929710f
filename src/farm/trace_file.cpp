#include "farm/trace_file.hpp"

#include "posix/fork.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace spritefarm::farm {
namespace {

// Thread ids that the kernel never assigns.
constexpr int coordinator_track = 1 << 22;
constexpr int first_extra_track = coordinator_track + 1;

TraceFile::Time now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace

TraceFile::TraceFile(const std::string& path, Time begin, bool workers_are_processes)
    : m_path(path),
      m_file(std::fopen(path.c_str(), "we")),
      m_begin(begin),
      m_workers_are_processes(workers_are_processes),
      m_coordinator{posix::current_pid(), coordinator_track} {
  if (!m_file) throw std::system_error(errno, std::generic_category(), "cannot write " + path);
  name_process(m_coordinator.process, "spritefarm, coordinator", 0);
  name_track(m_coordinator, "submit, result");
}

// ---- events -----------------------------------------------------------------------------------------------

text::JsonWriter TraceFile::event(std::string_view phase, std::string_view name, Track track, Time at) const {
  text::JsonWriter json;
  json.begin_object().key("ph").value(phase).key("name").value(name).key("pid").value(track.process);
  json.key("tid").value(track.thread);
  json.key("ts").value(std::chrono::duration<double, std::micro>(at - m_begin).count());
  return json;
}

void TraceFile::write(text::JsonWriter& event) {
  const std::string text = (std::exchange(m_is_first, false) ? "[\n" : ",\n") + event.end_object().text();
  if (std::fwrite(text.data(), 1, text.size(), m_file.get()) != text.size())
    throw std::system_error(errno, std::generic_category(), "cannot write " + m_path);
}

void TraceFile::slice(std::string_view name, Track track, Time begin, Time end, std::string_view note) {
  text::JsonWriter json = event("X", name, track, begin);
  json.key("dur").value(std::chrono::duration<double, std::micro>(end - begin).count());
  if (!note.empty()) json.key("args").begin_object().key("note").value(note).end_object();
  write(json);
}

/// A short slice on the coordinator's track, with an arrow from or to it.
void TraceFile::mark(std::string_view name, std::uint64_t number, std::string_view arrow_phase) {
  const Time at = now();
  slice(name, m_coordinator, at, at + std::chrono::microseconds(1));
  if (!arrow_phase.empty()) arrow(arrow_phase, number, m_coordinator, at);
}

void TraceFile::arrow(std::string_view phase, std::uint64_t number, Track track, Time at) {
  text::JsonWriter json = event(phase, "task", track, at);
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
  text::JsonWriter sort_event = event("M", "process_sort_index", {process, 0}, m_begin);
  sort_event.key("args").begin_object().key("sort_index").value(order).end_object();
  write(sort_event);
}

void TraceFile::name_track(Track track, std::string_view name) {
  text::JsonWriter json = event("M", "thread_name", track, m_begin);
  json.key("args").begin_object().key("name").value(name).end_object();
  write(json);
}

// ---- tracks -----------------------------------------------------------------------------------------------

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

/// A track of the worker with no slice in this time; a new one if there is none.
TraceFile::Track TraceFile::free_track(Worker& worker, Time begin, Time end) {
  const auto is_free = [&](const Worker::Taken& taken) {
    const auto later = taken.times.lower_bound(begin);
    return (later == taken.times.end() || later->first >= end) &&
           (later == taken.times.begin() || std::prev(later)->second <= begin);
  };
  auto track = std::find_if(worker.tracks.begin(), worker.tracks.end(), is_free);
  if (track == worker.tracks.end()) {
    const bool is_first = worker.tracks.empty();
    worker.tracks.push_back(
        {is_first ? worker.first : Track{worker.first.process, first_extra_track + m_extra_tracks++}, {}});
    track = std::prev(worker.tracks.end());
    name_track(track->track, is_first
                                 ? fmt::format("worker {}", worker.number)
                                 : fmt::format("worker {}, track {}", worker.number, worker.tracks.size()));
  }
  track->times.emplace(begin, end);
  return track->track;
}

// ---- run events -------------------------------------------------------------------------------------------

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
  if (submission == m_submitted.end()) return mark(name + ": hit", 0, {});
  const bool was_begun = result.began.count() > 0 && result.ended > result.began;
  const Time left_queue = was_begun ? std::max(result.began, submission->second.at) : now();
  queue("e", number, submission->second.name, left_queue);
  m_changes.emplace(left_queue, Change{was_begun, -1});
  m_submitted.erase(submission);
  if (was_begun) {
    m_changes.emplace(result.ended, Change{-1, 0});
    Worker& worker_state = worker(result.worker);
    const Track track = free_track(worker_state, result.began, result.ended);
    slice(name, track, result.began, result.ended);
    arrow("t", number, track, result.began);
    if (result.record_times) part("record", track, *result.record_times, {});
    std::vector<const SpriteResult*> sprites;
    for (const SpriteResult& sprite : result.sprites)
      if (sprite.times) sprites.push_back(&sprite);
    std::sort(sprites.begin(), sprites.end(),
              [](const auto* a, const auto* b) { return a->times->began < b->times->began; });
    Time last =
        result.began;  // end of the last image on the task's own track; overlapping images get another track
    for (const SpriteResult* const sprite : sprites) {
      const PartTimes& times = *sprite->times;
      const bool fits = times.began >= last;
      if (fits) last = times.ended;
      part(fits ? sprite->key : fmt::format("{}: {}", name, sprite->key),
           fits ? track : free_track(worker_state, times.began, times.ended), times, sprite->reason);
    }
  }
  mark("result of " + name, number, was_begun ? "f" : "");
  std::fflush(m_file.get());
}

/// A slice for a document or an image; in it the slices of its parts.
void TraceFile::part(const std::string& name, Track track, const PartTimes& times, std::string_view note) {
  slice(name, track, times.began, times.ended, note);
  for (const net::AttemptTimes& attempt : times.attempts) {
    if (attempt.sent > attempt.began) slice("connect", track, attempt.began, attempt.sent);
    if (attempt.answered > attempt.sent) slice("wait", track, attempt.sent, attempt.answered);
    if (attempt.ended > attempt.answered) slice("transfer", track, attempt.answered, attempt.ended);
  }
  if (times.write_began.count() > 0) slice("write", track, times.write_began, times.ended);
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
