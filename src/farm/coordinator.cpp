#include "farm/coordinator.hpp"

#include "farm/farm_pokemon.hpp"
#include "net/out_of_memory.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <utility>

namespace spritefarm::farm {
namespace {

using Clock = std::chrono::steady_clock;

// A pokémon can be farmed again: a call whose worker died is repeated.
const TaskOptions again_if_killed{.retries = 20};

// How long the coordinator waits for results before it uses the time to commit what is stored.
constexpr std::chrono::milliseconds idle_time{5};

constexpr const char* nothing_can_be_written = "given up, since nothing can be written any more";

// What running calls may take after an interruption.
constexpr std::chrono::milliseconds grace{500};

}  // namespace

Coordinator::Coordinator(Settings settings, FarmExecutors& executors, RunEvents& events, Report& report,
                         const cli::Messages& messages, std::vector<RunListener*> listeners)
    : m_settings(std::move(settings)),
      m_executors(executors),
      m_events(events),
      m_report(report),
      m_messages(messages),
      m_cache(m_settings.cache, messages, [this] { return request_dataset_hash(); }),
      m_accounting(report, messages, m_cache, std::move(listeners)) {}

Coordinator::~Coordinator() {
  if (!m_outstanding.empty()) end_calls();
}

cli::ExitStatus Coordinator::run() try {
  const Result<std::uint64_t> tasks = farm_selection();
  drain();
  m_accounting.finish();
  m_cache.flush();
  report_workers();
  if (!tasks) {
    m_messages.error("cannot read the index: " + tasks.error().message);
    return cli::no_index;
  }
  if (const std::string& error = m_accounting.output_error(); !error.empty()) {
    m_messages.error("the output directory cannot be used any more: " + error);
    return cli::no_output;
  }
  if (!m_executor_error.empty()) {
    m_messages.error(fmt::format("this run cannot go on: {}{}", m_executor_error,
                                 m_executors.nodes().empty()
                                     ? "; allow it more, or use threads (-t), which need less of the system"
                                     : "; run it again for the rest"));
    return cli::some_failed;
  }
  if (*tasks == 0) m_messages.note("there is nothing to farm in this part of the index");
  return m_report.failed() > 0 ? cli::some_failed : cli::everything_on_disk;
} catch (const Interrupted&) {
  finish_interrupted();
  return cli::interrupted;
}

Result<std::uint64_t> Coordinator::farm_selection() {
  TaskSource source(m_settings.selection, m_executors.index_executor(), m_cache, m_events);
  m_workers_to_start = source.max_tasks();
  if (source.is_waiting()) start_workers();
  std::uint64_t tasks = 0;
  for (bool is_first = true;; is_first = false) {
    RequestCount count;
    Result<std::optional<TaskSource::Piece>> next = source.next(count);
    m_accounting.add_requests(count);
    if (!next) return next.error();
    if (!*next) return tasks;
    TaskSource::Piece& piece = **next;
    if (is_first) announce(piece.max_tasks);
    tasks += piece.tasks.size();
    farm(std::move(piece.tasks));
  }
}

DatasetHash Coordinator::request_dataset_hash() {
  DatasetHash answer = m_events.result_of(
      m_executors.index_executor().submit(fetch_dataset_hash, m_settings.selection.base_url));
  m_accounting.add_requests(answer.count);
  return answer;
}

void Coordinator::start_workers() {
  if (m_workers_to_start) m_executors.start(*std::exchange(m_workers_to_start, std::nullopt));
}

void Coordinator::announce(std::uint64_t max_tasks) {
  m_accounting.expect(max_tasks);
  const Forecast forecast(max_tasks, m_settings.forecast);
  if (forecast.is_long()) m_messages.note(forecast.text());
}

void Coordinator::farm(std::vector<FarmTask> tasks) {
  bool ids_known = false;  // of all that were given by name; see ShareFilter::pick()
  for (FarmTask& task : tasks) {
    while (m_outstanding.size() >= m_executors.window()) take_one();
    if (task.name.empty() && !std::exchange(ids_known, true)) drain();
    m_events.check_interruption();
    if (task.name.empty() && m_accounting.has(task.id)) continue;
    farm_task(std::move(task));
  }
}

void Coordinator::farm_task(FarmTask task) {
  if (!task.fault.empty())
    fail(0, task, task.fault);
  else if (std::optional<FarmResult> hit = m_cache.look_up(task))
    m_accounting.add_result(0, task, *std::move(hit));
  else if (!m_executor_error.empty())
    fail(0, task, m_executor_error);
  else if (m_accounting.output_error().empty())
    submit(std::move(task));
  else
    fail(0, task, nothing_can_be_written);
}

void Coordinator::submit(FarmTask task) {
  const std::uint64_t number = ++m_submitted;
  m_accounting.add_submitted(number, task);
  Future<FarmResult> future;
  try {
    start_workers();
    future = m_executors.submit(again_if_killed, task);
  } catch (const std::exception& error) {  // there are no workers, and can be none
    future.set_exception(std::current_exception());
  }
  future.add_done_callback([&events = m_events, number](const auto&) { events.put_done(number); });
  m_outstanding.emplace(number, Call{std::move(task), std::move(future)});
}

void Coordinator::fail(std::uint64_t number, const FarmTask& task, const std::string& reason) {
  m_accounting.add_result(number, task, failed_result(task, m_settings.forecast.sprite_keys, reason, 0),
                          !m_executor_error.empty());
}

void Coordinator::report_workers() {
  m_report.set_worker_deaths(m_executors.deaths());
  m_report.set_nodes(m_executors.nodes());
}

Coordinator::Call Coordinator::remove_call(std::uint64_t number) {
  auto call = m_outstanding.extract(number);
  return std::move(call.mapped());
}

Result<FarmResult> Coordinator::result_of(Future<FarmResult> future) {
  try {
    FarmResult result = std::move(future).result();
    m_executors.receive(result);
    return result;
  } catch (const BrokenExecutor& error) {
    if (m_executor_error.empty()) m_executor_error = error.what();
    return Error{error.what()};
  } catch (const std::bad_alloc&) {
    return Error{net::out_of_memory};
  } catch (const std::exception& error) {
    return Error{error.what()};
  }
}

void Coordinator::take_one() {
  std::optional<std::uint64_t> number = m_events.next_done(idle_time);
  if (!number) {
    m_cache.commit();
    if (m_calls_end) number = m_events.next_done(*m_calls_end - Clock::now());
    if (!number && m_calls_end) terminate_calls();
    if (!number) number = m_events.next_done();
  }
  Call call = remove_call(*number);
  Result<FarmResult> result = result_of(std::move(call.future));
  const bool could_write = m_accounting.output_error().empty();
  if (result)
    m_accounting.add_result(*number, call.task, *std::move(result));
  else
    fail(*number, call.task, could_write ? result.error().message : nothing_can_be_written);
  if (could_write && !m_accounting.output_error().empty()) {
    m_executors.cancel_pending();
    m_calls_end = Clock::now() + grace;  // those that have saved a file can still report it
  }
}

void Coordinator::terminate_calls() {
  for (auto& [number, call] : m_outstanding) call.future.terminate();
}

void Coordinator::drain() {
  while (!m_outstanding.empty()) take_one();
}

/// A call that fails now is cancelled or has lost its worker: it counts as never submitted.
void Coordinator::finish_interrupted() {
  m_executors.cancel_pending();
  const Clock::time_point deadline = Clock::now() + grace;
  while (!m_outstanding.empty()) {
    const std::optional<std::uint64_t> number = m_events.next_done(deadline - Clock::now());
    if (!number) break;
    Call call = remove_call(*number);
    Result<FarmResult> result = result_of(std::move(call.future));
    if (result) m_accounting.add_result(*number, call.task, *std::move(result));
  }
  m_accounting.finish();
  report_workers();
  m_cache.flush();
  end_calls();
}

void Coordinator::end_calls() {
  terminate_calls();
  m_outstanding.clear();
  m_executors.end();
}

}  // namespace spritefarm::farm
