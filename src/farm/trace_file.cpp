#include "farm/trace_file.hpp"

#include "net/credentials.hpp"
#include "posix/fork.hpp"
#include "text/printable_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace spritefarm::farm {
namespace {

// Shorter waits are not shown.
constexpr std::chrono::microseconds min_wait{100};
// Ids of threads and processes that the kernel never assigns.
constexpr int coordinator_track = 1 << 22;
constexpr int first_extra_track = coordinator_track + 1;
// For their order.
constexpr int tracks_of_a_worker = 2000;

TraceFile::Time time_of_trace() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

/// One of the names that viewers of this format know.
std::string_view colour_of(std::string_view category) {
  return category == "record"  ? "thread_state_runnable"
         : category == "image" ? "thread_state_running"
         : category == "disk"  ? "thread_state_iowait"
         : category == "wait"  ? "grey"
                               : "generic_work";
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
  name_track(m_coordinator, "submit, result", 0);
}

// ---- events -----------------------------------------------------------------------------------------------

text::JsonWriter TraceFile::event(std::string_view phase, std::string_view name, Track track, Time at) const {
  text::JsonWriter json;
  json.begin_object()
      .key("ph")
      .value(phase)
      .key("name")
      .value(text::printable(name))
      .key("pid")
      .value(track.process);
  json.key("tid").value(track.thread);
  json.key("ts").value(std::chrono::duration<double, std::micro>(at - m_begin).count());
  return json;
}

void TraceFile::write(text::JsonWriter& event) {
  const std::string text = (std::exchange(m_is_first, false) ? "[\n" : ",\n") + event.end_object().text();
  if (std::fwrite(text.data(), 1, text.size(), m_file.get()) != text.size())
    throw std::system_error(errno, std::generic_category(), "cannot write " + m_path);
}

void TraceFile::slice(std::string_view name, std::string_view category, Track track, Time begin, Time end,
                      const Arguments& arguments) {
  text::JsonWriter json = event("X", name, track, begin);
  json.key("dur").value(std::chrono::duration<double, std::micro>(end - begin).count());
  json.key("cat").value(category).key("cname").value(colour_of(category));
  json.key("args").begin_object();
  arguments(json);
  json.end_object();
  write(json);
}

/// A short slice on the coordinator's track, with an arrow from or to it.
void TraceFile::mark(std::string_view name, std::uint64_t number, std::string_view arrow_phase) {
  const Time at = time_of_trace();
  slice(name, "task", m_coordinator, at, at + std::chrono::microseconds(1),
        [number](text::JsonWriter& arguments) { arguments.key("task").value(number); });
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

void TraceFile::name_track(Track track, std::string_view name, int order) {
  text::JsonWriter sort_event = event("M", "thread_sort_index", track, m_begin);
  sort_event.key("args").begin_object().key("sort_index").value(order).end_object();
  write(sort_event);
  text::JsonWriter json = event("M", "thread_name", track, m_begin);
  json.key("args").begin_object().key("name").value(name).end_object();
  write(json);
}

// ---- tracks -----------------------------------------------------------------------------------------------

TraceFile::Machine& TraceFile::machine(const std::string& node) {
  const auto [found, is_new] = m_machines.try_emplace(node, Machine{m_coordinator.process, {}});
  Machine& machine = found->second;
  if (!is_new || node.empty()) return machine;
  const auto number = static_cast<int>(m_machines.size());
  machine.process = coordinator_track + number;
  name_process(machine.process, "node " + node, number);
  return machine;
}

TraceFile::Worker& TraceFile::worker(const FarmResult& result) {
  Machine& home = machine(result.node);
  const auto [found, is_new] = home.workers.try_emplace(result.worker);
  Worker& worker = found->second;
  if (!is_new) return worker;
  worker.number = static_cast<int>(home.workers.size());
  worker.first = {m_workers_are_processes ? result.worker : home.process, result.worker};
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
    const auto number = static_cast<int>(worker.tracks.size());
    name_track(track->track,
               is_first ? fmt::format("worker {}", worker.number)
                        : fmt::format("worker {}, track {}", worker.number, number),
               worker.number * tracks_of_a_worker + number);
  }
  track->times.emplace(begin, end);
  return track->track;
}

// ---- run events -------------------------------------------------------------------------------------------

void TraceFile::on_submit(std::uint64_t number, const FarmTask& task) {
  const std::string name = display_name(task.name, task.id);
  mark("submit " + name, number, "s");
  const Time at = time_of_trace();
  queue("b", number, name, at);
  m_submitted.emplace(number, Submission{name, task.url, at});
  m_changes.emplace(at, Change{0, 1});
  std::fflush(m_file.get());
}

void TraceFile::on_result(std::uint64_t number, const FarmResult& result) {
  const std::string name = display_name(result.name, result.id);
  const auto submission = m_submitted.find(number);
  if (submission == m_submitted.end()) return mark(name + ": hit", 0, {});
  const bool was_begun = result.began.count() > 0 && result.ended > result.began;
  const Time left_queue = was_begun ? std::max(result.began, submission->second.at) : time_of_trace();
  queue("e", number, submission->second.name, left_queue);
  m_changes.emplace(left_queue, Change{was_begun, -1});
  const std::string record_url = submission->second.url;
  m_submitted.erase(submission);
  if (was_begun) {
    m_changes.emplace(result.ended, Change{-1, 0});
    Worker& worker_state = worker(result);
    const Track track = free_track(worker_state, result.began, result.ended);
    slice(name, "task", track, result.began, result.ended, [&](text::JsonWriter& arguments) {
      arguments.key("task").value(number).key("id").value(result.id);
      arguments.key("sprites").value(result.sprites.size()).key("requests").value(result.count.requests);
      arguments.key("retries").value(result.count.retries);
    });
    arrow("t", number, track, result.began);
    if (result.record_times) part({"record", "record", record_url, {}, {}}, track, *result.record_times);
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
      part({fits ? sprite->key : fmt::format("{}: {}", name, sprite->key), "image", sprite->url,
            sprite->reason, sprite->path},
           fits ? track : free_track(worker_state, times.began, times.ended), times);
    }
  }
  mark("result of " + name, number, was_begun ? "f" : "");
  std::fflush(m_file.get());
}

/// A slice for a document or an image; in it the slices of its attempts and of its file.
void TraceFile::part(const Part& part, Track track, const PartTimes& times) {
  const net::AttemptTimes last = times.attempts.empty() ? net::AttemptTimes{} : times.attempts.back();
  slice(part.name, part.category, track, times.began, times.ended, [&](text::JsonWriter& arguments) {
    arguments.key("url").value(text::printable(net::split_credentials(part.url).url));
    arguments.key("status").value(last.status).key("bytes").value(last.bytes);
    arguments.key("attempts").value(times.attempts.size());
    if (!part.reason.empty()) arguments.key("failure").value(text::printable(part.reason));
  });
  int number = 0;
  for (const net::AttemptTimes& attempt_times : times.attempts) {
    if (number > 0)
      wait("back-off", track, times.attempts[static_cast<std::size_t>(number - 1)].ended,
           attempt_times.queued, number + 1);
    attempt(part, track, attempt_times, ++number);
  }
  if (times.write_began.count() > 0)
    slice("write", "disk", track, times.write_began, times.ended, [&](text::JsonWriter& arguments) {
      arguments.key("path").value(text::printable(part.path)).key("bytes").value(last.bytes);
    });
}

/// From the second attempt on, a slice "retry" around its request.
void TraceFile::attempt(const Part& part, Track track, const net::AttemptTimes& times, int number) {
  if (times.away_since.count() > 0) {
    wait("limit", track, times.queued, times.away_since, number);
    wait("pause", track, times.away_since, times.away_until, number);
    wait("limit", track, times.away_until, times.began, number);
  } else {
    wait("limit", track, times.queued, times.began, number);
  }
  const Arguments arguments = [&](text::JsonWriter& to) {
    to.key("attempt").value(number).key("status").value(times.status).key("bytes").value(times.bytes);
    to.key("reused connection").value(times.is_reused);
    to.key("url").value(text::printable(net::split_credentials(part.url).url));
  };
  if (number > 1) slice("retry", part.category, track, times.began, times.ended, arguments);
  if (times.sent > times.began) slice("connect", "wait", track, times.began, times.sent, arguments);
  if (times.answered > times.sent) slice("wait", "wait", track, times.sent, times.answered, arguments);
  if (times.ended > times.answered)
    slice("transfer", part.category, track, times.answered, times.ended, arguments);
}

void TraceFile::wait(std::string_view name, Track track, Time begin, Time end, int attempt) {
  if (end - begin < min_wait) return;
  slice(name, "wait", track, begin, end,
        [attempt](text::JsonWriter& arguments) { arguments.key("attempt").value(attempt); });
}

void TraceFile::finish() {
  const Time end = time_of_trace();
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
