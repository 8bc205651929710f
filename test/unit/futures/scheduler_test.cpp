#include "futures/scheduler.hpp"

#include "support/catch.hpp"

#include <csignal>
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

using namespace spritefarm;
using namespace spritefarm::futures;
using namespace std::chrono_literals;

namespace {

using Time = Scheduler::Time;
constexpr Time begin{1h};

WorkerExit killed(int pid = 100) {
  WorkerExit how;
  how.pid = pid;
  how.signal = SIGKILL;
  return how;
}
WorkerExit crashed() {
  WorkerExit how;
  how.pid = 100;
  how.exit_code = 99;
  return how;
}

/// A Scheduler whose workers start what they are told to start, and whose actions come out as text: "spawn
/// w1, send c1 w1, complete c1 died".
class Table final : public SlotView {
 public:
  explicit Table(const SchedulerOptions& options = {.max_workers = 2, .worker_slots = 4})
      : m_scheduler(options, *this) {
    m_scheduler.set_time(begin);
  }
  Scheduler* operator->() { return &m_scheduler; }
  Scheduler& operator*() { return m_scheduler; }

  /// What the last events lead to.
  std::string actions() {
    m_scheduler.plan();
    std::string text;
    for (const Action& action : std::exchange(m_scheduler.actions(), {}))
      text +=
          (text.empty() ? "" : ", ") + std::visit([this](const auto& each) { return name(each); }, action);
    return text;
  }
  std::string submit(const TaskOptions& options = {}, bool is_coroutine = false) {
    m_scheduler.submit(options, is_coroutine);
    return actions();
  }
  /// The worker is there.
  std::string ready(WorkerNumber worker) {
    m_scheduler.on_spawned(worker);
    m_scheduler.on_ready(worker);
    return actions();
  }
  void start(CallIndex call, Time when = begin) { m_started[m_numbers.at(call)] = when; }
  void damage(CallIndex call) { m_damaged.insert(m_numbers.at(call)); }
  std::string result(WorkerNumber worker, CallIndex call, bool is_full = false) {
    if (m_scheduler.on_result(worker, m_numbers.at(call), is_full) != call) return "protocol error";
    return actions();
  }
  std::string exited(WorkerNumber worker, const WorkerExit& how) {
    m_scheduler.on_exited(worker, how);
    return actions();
  }
  std::string refused(WorkerNumber worker) {
    m_scheduler.on_spawn_failed(worker, StartFailure::refused, "no more processes");
    return actions();
  }
  std::string at(Time time) {
    m_scheduler.set_time(time);
    m_scheduler.run_due_timers();
    return actions();
  }
  CallNumber number(CallIndex call) const { return m_numbers.at(call); }

 private:
  bool recall(WorkerNumber, std::uint32_t, CallNumber call) override {
    return !m_started.contains(call) && !m_damaged.contains(call);
  }
  SlotReading read(WorkerNumber, std::uint32_t, CallNumber call) const override {
    if (m_damaged.contains(call)) return {SlotReading::damaged};
    const auto started = m_started.find(call);
    if (started == m_started.end()) return {};
    return {SlotReading::started, started->second};
  }
  static std::string worker(WorkerNumber number) { return " w" + std::to_string(number); }
  std::string name(const SpawnWorker& spawn) { return "spawn" + worker(spawn.worker); }
  std::string name(const SendCall& send) {
    m_numbers[send.call] = send.number;
    return "send c" + std::to_string(send.call) + worker(send.worker);
  }
  std::string name(const StopCall& stop) {
    return "stop c" + std::to_string(static_cast<CallIndex>(stop.number)) + worker(stop.worker);
  }
  std::string name(const AskToExit& ask) { return "ask" + worker(ask.worker); }
  std::string name(const SignalWorker& signal) {
    return (signal.signal == SIGKILL ? "SIGKILL" : "SIGTERM") + worker(signal.worker);
  }
  std::string name(const DistrustWorker& distrust) { return "distrust" + worker(distrust.worker); }
  std::string name(const ForgetWorker& forget) { return "forget" + worker(forget.worker); }
  std::string name(const CompleteCall& done) {
    static constexpr const char* outcomes[] = {" cancelled", " timed out", " died", " broken"};
    return "complete c" + std::to_string(done.call) + outcomes[static_cast<int>(done.outcome)];
  }

  Scheduler m_scheduler;
  std::map<CallIndex, CallNumber> m_numbers;  // as sent last
  std::map<CallNumber, Time> m_started;
  std::set<CallNumber> m_damaged;
};

SchedulerOptions one_worker() {
  return {.max_workers = 1, .worker_slots = 4};
}

}  // namespace

TEST_CASE("calls of higher priority are sent first, equal ones in their order", "[scheduler]") {
  Table pool(one_worker());
  CHECK(pool.submit() == "spawn w1, send c1 w1");
  CHECK(pool.submit({.priority = 0}) == "send c2 w1");
  pool.ready(1);
  pool.start(1);
  CHECK(pool.submit({.priority = 5}) == "send c3 w1");  // c2 is recalled
  CHECK(pool.submit({.priority = 5}) == "");
  CHECK(pool.submit({.priority = -1}) == "");
  CHECK(pool.submit({.priority = 6}) == "send c6 w1");  // c3 is recalled
  CHECK(pool.result(1, 1) == "send c3 w1");
  CHECK(pool.result(1, 6) == "send c4 w1");
  CHECK(pool.result(1, 3) == "send c2 w1");
  CHECK(pool.result(1, 4) == "send c5 w1");
}

TEST_CASE("a call that has started is not recalled for one of higher priority", "[scheduler]") {
  Table pool(one_worker());
  pool.submit();
  pool.submit();
  pool.ready(1);
  pool.start(1);
  pool.start(2);  // just now: its slot says so
  CHECK(pool.submit({.priority = 1}) == "");
  CHECK(pool.result(1, 1) == "send c3 w1");
}

TEST_CASE("a call of higher priority starts a worker before it recalls", "[scheduler]") {
  Table pool;
  pool.submit();
  pool.ready(1);
  pool.start(1);
  CHECK(pool.submit({.priority = 1}) == "spawn w2, send c2 w2");
  CHECK(pool.submit({.priority = 1}) == "send c3 w1");
  CHECK(pool.submit({.priority = 2}) == "send c4 w2, send c2 w1, send c3 w2");
  CHECK(pool.submit({.priority = 3}) == "send c5 w2, send c4 w1, send c2 w2");
}

TEST_CASE("a retried call keeps its priority", "[scheduler]") {
  Table pool(one_worker());
  pool.submit({.retries = 1, .priority = -1});
  pool.ready(1);
  pool.start(1);
  pool.submit({.priority = 1});
  pool.submit({.priority = -1});
  CHECK(pool.exited(1, crashed()) == "forget w1, spawn w2, send c2 w2, send c1 w2");
}

TEST_CASE("the scheduler says when there is room for another call", "[scheduler]") {
  Table pool({.max_workers = 1, .worker_slots = 4, .max_outstanding = 2});
  CHECK(pool->has_room());
  pool.submit();
  pool.ready(1);
  pool.submit({.timeout = 1s});
  CHECK_FALSE(pool->has_room());
  CHECK(pool.result(1, 1) == "");
  CHECK(pool->has_room());
  pool.submit();
  CHECK_FALSE(pool->has_room());
  CHECK(pool->recall(1));
  CHECK(pool->has_room());
  pool.start(2, begin);
  CHECK(pool.at(begin + 2s) == "complete c2 timed out, SIGTERM w1");
  CHECK(pool->outstanding() == 0);  // though its worker is not free yet
}

TEST_CASE("what a call has left goes ahead of the calls that wait, also after a shutdown", "[scheduler]") {
  Table pool({.max_workers = 1, .worker_slots = 1});
  pool.submit();
  pool.ready(1);
  CHECK(pool.submit() == "");
  pool->shut_down();
  CHECK(pool->on_result(1, pool.number(1), false) == 1);
  CHECK(pool->submit_first({}, false) == 1);
  CHECK(pool.actions() == "send c1 w1");
  CHECK(pool.result(1, 1) == "send c2 w1");
  CHECK(pool->on_result(1, pool.number(2), false) == 2);
  CHECK(pool->submit_first({}, false) == 2);  // before plan() asks the worker to exit
  CHECK(pool.actions() == "send c2 w1");
  CHECK(pool.result(1, 2) == "ask w1");
}

TEST_CASE("a call goes to an idle worker, else to a new one, else to the least busy", "[scheduler]") {
  Table pool;
  CHECK(pool.submit() == "spawn w1, send c1 w1");  // it waits in the channel
  CHECK(pool.ready(1) == "");
  CHECK(pool.submit() == "spawn w2, send c2 w2");
  CHECK(pool.submit() == "send c3 w1");
  CHECK(pool.submit() == "send c4 w2");
  CHECK(pool.ready(2) == "");
  pool.start(1);
  pool.start(2);
  CHECK(pool.result(1, 1) == "");
  CHECK(pool.submit() == "send c1 w1");  // the index of a call that is over is given out again
  CHECK(pool.number(1) != 1);
}

TEST_CASE("calls that no worker has room for wait in their order", "[scheduler]") {
  Table pool({.max_workers = 1, .worker_slots = 2});
  CHECK(pool.submit() == "spawn w1, send c1 w1");
  CHECK(pool.submit() == "send c2 w1");
  CHECK(pool.submit() == "");
  CHECK(pool.submit() == "");
  pool.ready(1);
  pool.start(1);
  CHECK(pool.result(1, 1) == "send c3 w1");
  pool.start(2);
  CHECK(pool.result(1, 2) == "send c4 w1");
}

TEST_CASE("an idle worker is given what waits at a busy one", "[scheduler]") {
  Table pool({.max_workers = 2, .worker_slots = 8});
  for (int i = 0; i < 6; ++i) pool.submit();
  pool.ready(1);
  pool.ready(2);  // w1 has c1 c3 c5, w2 has c2 c4 c6
  for (const CallIndex call : {1, 2, 4, 6}) pool.start(call);
  CHECK(pool.result(2, 2) == "");
  CHECK(pool.result(2, 4) == "");
  CHECK(pool.result(2, 6) == "send c5 w2, send c3 w2");
  pool.start(5);
  CHECK(pool.result(2, 5) == "");  // it still has c3, and c1 has started
  CHECK(pool.result(1, 1) == "");
}

TEST_CASE("workers are started ahead of calls, as many as are allowed", "[scheduler]") {
  Table pool({.max_workers = 3, .worker_slots = 4});
  pool->request_workers(2);
  CHECK(pool.actions() == "spawn w1, spawn w2");
  pool->request_workers(9);
  CHECK(pool.actions() == "spawn w3");
  CHECK(pool.submit() == "send c1 w1");
}

// ---- deaths -----------------------------------------------------------------------------------------------

TEST_CASE("a worker that dies while it starts costs its calls nothing", "[scheduler][death]") {
  Table pool(one_worker());
  pool.submit();
  pool.submit();
  pool->on_spawned(1);
  CHECK(pool.exited(1, killed()) == "forget w1, spawn w2, send c1 w2, send c2 w2");
  CHECK(pool->deaths() == 1);
  CHECK(pool.ready(2) == "");
}

TEST_CASE("a worker that dies while it runs costs the calls that it had started", "[scheduler][death]") {
  Table pool(one_worker());
  pool.submit();
  pool.submit({.retries = 1});
  pool.submit();
  pool.ready(1);
  pool.start(1);
  pool.start(2);  // as a worker of two at a time could
  CHECK(pool.exited(1, killed()) == "complete c1 died, forget w1, spawn w2, send c2 w2, send c3 w2");
  pool.ready(2);
  CHECK(pool->has_started(2));  // it has run, and is not pending again
  CHECK_FALSE(pool->recall(2));
  pool.start(2);
  CHECK(pool.exited(2, killed()) == "complete c2 died, forget w2, spawn w3, send c3 w3");
  CHECK(pool->deaths() == 2);
}

TEST_CASE("a worker that dies while it drains is replaced like any other", "[scheduler][death]") {
  Table pool({.max_workers = 1, .worker_slots = 4, .max_tasks_per_child = 2});
  for (int i = 0; i < 3; ++i) pool.submit();
  CHECK(pool.ready(1) == "");  // c3 waits for the next
  pool.start(1);
  CHECK(pool.exited(1, crashed()) == "complete c1 died, forget w1, spawn w2, send c2 w2, send c3 w2");
  CHECK(pool->deaths() == 1);
}

TEST_CASE("a worker that was asked to exit or killed by the pool has not died", "[scheduler][death]") {
  Table pool(one_worker());
  pool.submit();
  pool.ready(1);
  pool.start(1);
  SECTION("asked") {
    pool->shut_down();
    CHECK(pool.result(1, 1) == "ask w1");
    CHECK(pool.exited(1, crashed()) == "forget w1");
  }
  SECTION("killed") {
    CHECK(pool->terminate(1));
    CHECK(pool.actions() == "complete c1 cancelled, SIGTERM w1");
    CHECK(pool.exited(1, killed()) == "forget w1");
  }
  CHECK(pool->deaths() == 0);
}

TEST_CASE("on_worker_death = break_pool fails all calls at the first death", "[scheduler][death]") {
  Table pool({.max_workers = 2, .worker_slots = 4, .on_worker_death = OnWorkerDeath::break_pool});
  for (int i = 0; i < 3; ++i) pool.submit({.retries = 3});
  pool.ready(1);
  pool.ready(2);
  pool.start(1);
  pool.start(2);
  CHECK(pool.exited(1, crashed()) ==
        "forget w1, complete c2 broken, SIGKILL w2, complete c1 broken, complete c3 broken");
  CHECK(pool->why_broken().find("exited with code 99") != std::string::npos);
  CHECK_FALSE(pool->is_open());
  CHECK(pool.exited(2, killed()) == "forget w2");
  CHECK(pool->deaths() == 1);
}

// ---- starts that fail -------------------------------------------------------------------------------------

TEST_CASE("a start that crashes again and again is repeated ever later, and breaks the pool at last",
          "[scheduler][respawn]") {
  Table pool(one_worker());
  CHECK(pool.submit() == "spawn w1, send c1 w1");
  pool->on_spawned(1);
  CHECK(pool.exited(1, crashed()) == "forget w1, spawn w2, send c1 w2");  // at once, the first time
  Time now = begin;
  for (WorkerNumber worker = 2; worker <= 4; ++worker) {
    pool->on_spawned(worker);
    CHECK(pool.exited(worker, crashed()) == "forget w" + std::to_string(worker));
    REQUIRE(pool->next_timer());
    const auto delay = *pool->next_timer() - now;
    CHECK(delay == 10ms * (1 << (worker - 2)));
    CHECK(pool.at(now + delay - 1ms) == "");
    now += delay;
    const std::string next = std::to_string(worker + 1);
    CHECK(pool.at(now) == "spawn w" + next + ", send c1 w" + next);
  }
  pool->on_spawned(5);
  CHECK(pool.exited(5, crashed()) == "forget w5, complete c1 broken");
  CHECK(pool->why_broken().find("before they are ready") != std::string::npos);
  CHECK(pool->why_broken().find("code 99") != std::string::npos);
}

TEST_CASE("workers and zygotes that are killed cost time and nothing else, if something is done in between",
          "[scheduler][respawn]") {
  Table pool(one_worker());
  pool.submit({.retries = 1'000'000});
  WorkerNumber worker = 1;
  Time now = begin;
  const auto next = [&] {
    ++worker;
    while (pool->next_timer()) pool.at(now = *pool->next_timer());
  };
  for (int round = 0; round < 100; ++round) {
    for (int kill = 0; kill < 9; ++kill) {  // and nothing is done
      pool->on_spawned(worker);
      if (kill % 2) pool->on_zygote_killed();
      pool.exited(worker, killed());
      next();
    }
    pool.ready(worker);
    pool.start(1);
    pool->on_zygote_killed();  // what it runs runs again
    pool.exited(worker, killed());
    next();
  }
  CHECK_FALSE(pool->is_broken());
  CHECK(now - begin < 100 * 10s);
}

TEST_CASE("workers that are killed in a row without any progress break the pool at last",
          "[scheduler][respawn]") {
  Table pool(one_worker());
  pool.submit();
  Time now = begin;
  WorkerNumber worker = 1;
  for (; !pool->is_broken(); ++worker) {
    pool->on_spawned(worker);
    pool.exited(worker, killed());
    if (pool->next_timer()) pool.at(now = *pool->next_timer());
  }
  CHECK(worker == 21);
  CHECK(now - begin > 10s);
  CHECK(now - begin < 20s);
}

TEST_CASE("where the system forks nothing, the pool goes on with the workers that it has",
          "[scheduler][respawn]") {
  Table pool({.max_workers = 2, .worker_slots = 8});
  pool.submit();
  pool.ready(1);
  pool.start(1);
  CHECK(pool.submit() == "spawn w2, send c2 w2");
  CHECK(pool.refused(2) == "forget w2, spawn w3, send c2 w3");
  CHECK(pool.refused(3) == "forget w3, send c2 w1");  // not again at once
  Time now = begin;
  WorkerNumber worker = 4;
  for (int i = 0; i < 100; ++i) {
    now += 1s;
    pool->submit({}, false);
    const std::string asked = pool.at(now);
    if (asked.starts_with("spawn")) pool.refused(worker++);
  }
  CHECK(worker > 50);
  CHECK_FALSE(pool->is_broken());
}

TEST_CASE("where the system forks nothing and no worker is left, all calls fail", "[scheduler][respawn]") {
  Table pool(one_worker());
  pool.submit();
  Time now = begin;
  int attempts = 0;
  for (WorkerNumber worker = 1; !pool->is_broken(); ++worker, ++attempts) {
    pool.refused(worker);
    if (pool->next_timer()) pool.at(now = *pool->next_timer());
  }
  CHECK(attempts == 10);
  CHECK(pool->why_broken() == "no worker process could be started: no more processes");
}

TEST_CASE("a zygote that is busy is asked again, and never given up", "[scheduler][respawn]") {
  Table pool(one_worker());
  pool.submit();
  for (WorkerNumber worker = 1; worker < 100; ++worker) {
    pool->on_spawn_failed(worker, StartFailure::busy, "");
    pool.actions();
    if (pool->next_timer()) pool.at(*pool->next_timer());
  }
  CHECK_FALSE(pool->is_broken());
}

TEST_CASE("a killed zygote takes its workers with it, and those that it had not forked",
          "[scheduler][respawn]") {
  Table pool({.max_workers = 3, .worker_slots = 4});
  pool.submit({.retries = 1});
  pool.submit();
  pool.submit();
  pool.ready(1);
  pool.ready(2);
  pool.start(1);
  pool.start(2);
  pool->on_zygote_killed();
  // What w1 and w2 run may be repeated elsewhere, but not while it still runs there.
  CHECK(pool.actions() == "SIGKILL w1, SIGKILL w2, forget w3, spawn w4, send c3 w4");
  CHECK(pool->deaths() == 2);
  CHECK(pool.exited(1, killed()) == "forget w1, spawn w5, send c1 w5");
  CHECK(pool.exited(2, killed()) == "complete c2 died, forget w2");
  CHECK(pool->deaths() == 2);
  pool->on_spawned(3);  // too late: nobody knows it any more
  CHECK(pool.actions() == "");
}

TEST_CASE("a zygote that has ended for good breaks its pool, when its workers have died",
          "[scheduler][respawn]") {
  Table pool;
  pool.submit();
  pool.submit();
  pool.ready(1);
  pool.start(1);
  pool->on_zygote_ended();
  CHECK(pool.actions() == "SIGKILL w1, forget w2");
  CHECK(pool.submit() == "");
  CHECK_FALSE(pool->next_timer());
  CHECK(pool.exited(1, killed()) == "complete c1 died, forget w1, complete c2 broken, complete c3 broken");
  CHECK(pool->why_broken() ==
        "the zygote, the process that forks the pool's workers, and its standbys have ended");
}

TEST_CASE("a killed zygote breaks a pool that is to break", "[scheduler][respawn]") {
  Table pool({.max_workers = 1, .worker_slots = 4, .on_worker_death = OnWorkerDeath::break_pool});
  pool.submit();
  pool.ready(1);
  pool.start(1);
  pool->on_zygote_killed();
  CHECK(pool.actions() == "SIGKILL w1, complete c1 broken, SIGKILL w1");
  CHECK(pool.exited(1, killed()) == "forget w1");
}

// ---- recall and stop --------------------------------------------------------------------------------------

TEST_CASE("a call can be recalled until it starts", "[scheduler][recall]") {
  Table pool({.max_workers = 1, .worker_slots = 2});
  for (int i = 0; i < 4; ++i) pool.submit();
  pool.ready(1);
  pool.start(1);
  CHECK_FALSE(pool->recall(1));
  CHECK(pool->has_started(1));
  CHECK_FALSE(pool->has_started(2));
  CHECK(pool->recall(4));  // in the queue
  CHECK(pool->recall(2));  // at the worker
  CHECK(pool.actions() == "send c3 w1");
  CHECK_FALSE(pool->recall(2));  // it is nobody's any more
  CHECK_FALSE(pool->recall(4));
  CHECK_FALSE(pool->recall(77));
  CHECK(pool->may_skip(1, 2));
  CHECK_FALSE(pool->may_skip(1, pool.number(3)));
}

TEST_CASE("a call that was recalled does not count for max_tasks_per_child", "[scheduler][recall]") {
  Table pool({.max_workers = 1, .worker_slots = 4, .max_tasks_per_child = 2});
  pool.submit();
  pool.submit();
  CHECK(pool->recall(2));
  CHECK(pool.submit() == "send c2 w1");
  CHECK(pool.submit() == "");
}

TEST_CASE("terminate stops what runs, by its kind", "[scheduler][recall]") {
  Table pool(one_worker());
  SECTION("a plain function: its worker") {
    pool.submit();
    pool.submit();
    pool.ready(1);
    CHECK_FALSE(pool->terminate(1));  // it does not run
    pool.start(1);
    CHECK(pool->terminate(1));
    CHECK(pool.actions() == "complete c1 cancelled, SIGTERM w1, spawn w2, send c2 w2");
    CHECK_FALSE(pool->terminate(1));
    CHECK(pool.at(begin + 499ms) == "");
    CHECK(pool.at(begin + 500ms) == "SIGKILL w1");
    CHECK_FALSE(pool->next_timer());
    CHECK(pool.result(1, 1) == "");  // sent in its last moment, and of no use any more
    CHECK(pool.exited(1, killed()) == "forget w1");
  }
  SECTION("a coroutine: where it waits") {
    pool.submit({}, true);
    pool.ready(1);
    pool.start(1);
    CHECK(pool->terminate(1));
    CHECK(pool.actions() == "complete c1 cancelled, stop c1 w1");
    SECTION("it comes back to its loop") {
      CHECK(pool.result(1, 1) == "");
      CHECK_FALSE(pool->next_timer());
    }
    SECTION("it does not") {
      CHECK(pool.at(begin + 500ms) == "SIGTERM w1");
      CHECK(pool.at(begin + 1s) == "SIGKILL w1");
      CHECK(pool.exited(1, killed()) == "forget w1");
    }
  }
  SECTION("a call that waits to run again: that") {
    pool.submit({.retries = 1});
    pool.ready(1);
    pool.start(1);
    CHECK(pool.exited(1, killed()) == "forget w1, spawn w2, send c1 w2");
    CHECK(pool->terminate(1));
    CHECK(pool.actions() == "complete c1 cancelled");
  }
}

TEST_CASE("a signal waits for a worker that is not there yet", "[scheduler][recall]") {
  Table pool(one_worker());
  pool.submit();
  const int signal = GENERATE(SIGTERM, SIGKILL);
  pool->break_pool("test", signal);
  CHECK(pool.actions() == "complete c1 broken");
  pool->on_spawned(1);
  CHECK(pool.actions() == (signal == SIGTERM ? "SIGTERM w1" : "SIGKILL w1"));
}

// ---- deadlines --------------------------------------------------------------------------------------------

TEST_CASE("a deadline counts from the start of the call", "[scheduler][deadline]") {
  Table pool(one_worker());
  pool.submit({.timeout = 100ms});
  pool.ready(1);
  CHECK(pool->next_timer() == begin + 100ms);
  CHECK(pool.at(begin + 100ms) == "");  // it has not started
  CHECK(pool->next_timer() == begin + 200ms);
  pool.start(1, begin + 150ms);
  CHECK(pool.at(begin + 200ms) == "");
  CHECK(pool->next_timer() == begin + 250ms);
  SECTION("the result comes first") {
    CHECK(pool.result(1, 1) == "");
    CHECK_FALSE(pool->next_timer());
    CHECK(pool.at(begin + 1h) == "");
  }
  SECTION("the deadline comes first") {
    CHECK(pool.at(begin + 250ms) == "complete c1 timed out, SIGTERM w1");
    CHECK(pool.result(1, 1) == "");
    CHECK(pool.exited(1, killed()) == "forget w1");
  }
  SECTION("the worker dies first") {
    CHECK(pool.exited(1, killed()) == "complete c1 died, forget w1");
    CHECK_FALSE(pool->next_timer());
  }
}

TEST_CASE("a pause counts for no deadline that it meets", "[scheduler][deadline]") {
  Table pool(one_worker());
  pool.submit({.timeout = 100ms});
  pool.ready(1);
  pool.start(1, begin + 80ms);
  pool->add_pause(begin + 90ms, begin + 1090ms);
  CHECK(pool->next_timer() == begin + 1100ms);
  CHECK(pool.at(begin + 1100ms) == "");
  CHECK(pool->next_timer() == begin + 1180ms);
  SECTION("the call goes on for what was left") {
    CHECK(pool.at(begin + 1180ms) == "complete c1 timed out, SIGTERM w1");
  }
  SECTION("a call that starts later has no more than its timeout") {
    CHECK(pool.result(1, 1) == "");
    CHECK(pool.at(begin + 1150ms) == "");
    pool.submit({.timeout = 100ms});
    pool.start(1, begin + 1150ms);
    CHECK(pool.at(begin + 1249ms) == "");
    CHECK(pool.at(begin + 1250ms) == "complete c1 timed out, SIGTERM w1");
  }
}

TEST_CASE("a deadline of a coroutine leaves its worker's other calls alone", "[scheduler][deadline]") {
  Table pool({.max_workers = 1, .worker_concurrency = 2, .worker_slots = 4});
  pool.submit({.timeout = 10ms}, true);
  pool.submit({}, true);
  pool.ready(1);
  pool.start(1);
  pool.start(2);
  CHECK(pool.at(begin + 10ms) == "complete c1 timed out, stop c1 w1");
  CHECK(pool.result(1, 1) == "");
  CHECK(pool.submit() == "send c1 w1");
  CHECK_FALSE(pool->next_timer());
}

TEST_CASE("deadlines at the ends of time", "[scheduler][deadline]") {
  Table pool(one_worker());
  pool.submit({.timeout = std::chrono::nanoseconds::max()});
  CHECK(pool->next_timer() == Time::max());
  pool.submit({.timeout = 0ns});
  CHECK(pool.at(begin) == "");  // not started: it is looked at again, but not without a pause
  CHECK(pool->next_timer() == begin + 1ms);
}

TEST_CASE("a deadline whose slot was overwritten is kept by killing the worker", "[scheduler][deadline]") {
  Table pool(one_worker());
  pool.submit({.timeout = 10ms});
  pool.submit();
  pool.ready(1);
  pool.damage(1);
  CHECK(pool.at(begin + 10ms) == "distrust w1, SIGKILL w1, spawn w2, send c2 w2");
  CHECK(pool->deaths() == 1);
  CHECK(pool.exited(1, killed()) == "complete c1 died, forget w1");
  CHECK(pool->deaths() == 1);
}

// ---- recycling, and the end -------------------------------------------------------------------------------

TEST_CASE("a worker that has had its calls is replaced, and the backlog goes on", "[scheduler][recycle]") {
  Table pool({.max_workers = 1, .worker_slots = 4, .max_tasks_per_child = 1});
  CHECK(pool.submit() == "spawn w1, send c1 w1");
  CHECK(pool.submit() == "");
  pool.ready(1);
  pool.start(1);
  CHECK(pool.result(1, 1) == "ask w1, spawn w2, send c2 w2");  // without waiting for the end of the first
  CHECK(pool.exited(1, {}) == "forget w1");
  pool->shut_down();
  pool.ready(2);
  pool.start(2);
  CHECK(pool.result(2, 2) == "ask w2");
  CHECK(pool.exited(2, {}) == "forget w2");
  CHECK(pool->is_finished());
  CHECK(pool->deaths() == 0);
}

TEST_CASE("a worker that has grown too large finishes what it runs; what waits there goes elsewhere",
          "[scheduler][recycle]") {
  Table pool({.max_workers = 1, .worker_concurrency = 2, .worker_slots = 4});
  for (int i = 0; i < 4; ++i) pool.submit();
  pool.ready(1);
  pool.start(1);
  pool.start(2);
  CHECK(pool.result(1, 1, true) == "");
  CHECK(pool.result(1, 2, true) == "ask w1, spawn w2, send c3 w2, send c4 w2");
}

TEST_CASE("shutdown lets all calls end, then the workers", "[scheduler][shutdown]") {
  Table pool;
  for (int i = 0; i < 3; ++i) pool.submit();
  pool.ready(1);
  pool.ready(2);
  for (const CallIndex call : {1, 2}) pool.start(call);
  pool->shut_down();
  CHECK(pool.actions() == "");
  CHECK_FALSE(pool->is_open());
  SECTION("all of them") {
    CHECK(pool.result(2, 2) == "send c3 w2");
    pool.start(3);
    CHECK(pool.result(1, 1) == "");
    CHECK(pool.result(2, 3) == "ask w1, ask w2");
  }
  SECTION("but those that have not started, where that is asked for") {
    pool->cancel_pending();
    CHECK(pool.actions() == "complete c3 cancelled");
    CHECK(pool.result(1, 1) == "");
    CHECK(pool.result(2, 2) == "ask w1, ask w2");
  }
  SECTION("also those that are repeated") {
    CHECK(pool.exited(1, killed()) == "complete c1 died, forget w1, spawn w3, send c3 w3");
    CHECK(pool.result(2, 2) == "");
    pool.ready(3);
    pool.start(3);
    CHECK(pool.result(3, 3) == "ask w2, ask w3");
    CHECK(pool.exited(3, {}) == "forget w3");
  }
  CHECK_FALSE(pool->is_finished());
  pool.exited(1, {});
  pool.exited(2, {});
  CHECK(pool->is_finished());
  CHECK(pool->deaths() <= 1);
}

TEST_CASE("a call that died once and is to run again is not cancelled by a shutdown",
          "[scheduler][shutdown]") {
  Table pool(one_worker());
  pool.submit({.retries = 1});
  pool.ready(1);
  pool.start(1);
  pool.exited(1, killed());
  pool.submit();
  pool->shut_down();
  pool->cancel_pending();
  CHECK(pool.actions() == "complete c2 cancelled, send c1 w2");
}

TEST_CASE("a broken pool signals all workers, and ends when it is shut down", "[scheduler][shutdown]") {
  Table pool;
  pool.submit({.timeout = 1s}, true);
  pool.submit();
  pool.ready(1);
  pool.ready(2);
  pool.start(1);
  pool->terminate(1);
  pool.actions();
  pool->break_pool("first", SIGTERM);
  CHECK(pool.actions() == "SIGTERM w1, complete c2 broken, SIGTERM w2");
  CHECK(pool.at(begin + 500ms) == "SIGKILL w1, SIGKILL w2");
  pool->break_pool("second", SIGKILL);
  CHECK(pool->why_broken() == "first");
  CHECK(pool.actions() == "SIGKILL w1, SIGKILL w2");
  CHECK(pool.exited(1, killed()) == "forget w1");
  CHECK(pool.exited(2, killed()) == "forget w2");
  CHECK_FALSE(pool->is_finished());
  pool->shut_down();
  CHECK(pool->is_finished());
  CHECK(pool->deaths() == 0);
}

// ---- what workers may not do ------------------------------------------------------------------------------

TEST_CASE("a result of a call that the worker does not have is a protocol error", "[scheduler][bad]") {
  Table pool;
  pool.submit();
  pool.submit();
  CHECK(pool->on_result(1, pool.number(1), false) == 0);  // it is not ready yet
  pool.ready(1);
  pool.ready(2);
  CHECK(pool->on_result(1, pool.number(2), false) == 0);
  CHECK(pool->on_result(1, 0, false) == 0);
  CHECK(pool->on_result(1, 1'000'000, false) == 0);
  CHECK(pool->on_result(1, ~CallNumber{0}, false) == 0);
  CHECK(pool->on_result(9, pool.number(1), false) == 0);
  pool.start(1);
  CHECK(pool.result(1, 1) == "");
  CHECK(pool->on_result(1, pool.number(1), false) == 0);  // a second time
  pool.start(2);
  pool->on_protocol_error(1);
  CHECK(pool.actions() == "SIGKILL w1");
  CHECK(pool->deaths() == 1);
}

TEST_CASE("what is told late of a worker changes nothing", "[scheduler][bad]") {
  Table pool(one_worker());
  pool.submit();
  pool->on_spawned(1);
  pool->break_pool("test", SIGKILL);
  pool.actions();
  pool->on_ready(1);
  CHECK(pool.actions() == "");
  pool->on_protocol_error(1);
  CHECK(pool.actions() == "SIGKILL w1");
  pool.exited(1, killed());
  pool->on_ready(1);
  pool->on_spawned(1);
  pool->on_exited(1, killed());
  pool->on_spawn_failed(1, StartFailure::refused, "");
  pool->on_protocol_error(1);
  CHECK(pool.actions() == "");
}

// ---- parts ------------------------------------------------------------------------------------------------

TEST_CASE("a worker's life goes on and never back", "[scheduler]") {
  WorkerLife life;
  CHECK(life.state() == WorkerState::starting);
  life.advance_to(WorkerState::draining);
  life.advance_to(WorkerState::ready);
  CHECK(life.state() == WorkerState::draining);
  life.advance_to(WorkerState::killed);
  life.advance_to(WorkerState::exiting);
  CHECK(life.state() == WorkerState::killed);
}

TEST_CASE("deadlines come out in their order, whatever was taken out before", "[scheduler][deadline]") {
  std::mt19937 random(1);
  DeadlineHeap heap;
  std::map<DeadlineHeap::Key, Time> expected;
  for (int step = 0; step < 20'000; ++step) {
    const DeadlineHeap::Key key = random() % 64;
    if (random() % 3) {
      expected[key] = begin + std::chrono::milliseconds(random() % 1000);
      heap.set(key, expected[key]);
    } else {
      heap.remove(key);
      expected.erase(key);
    }
    if (step % 16) continue;
    const Time now = begin + std::chrono::milliseconds(random() % 200);
    Time last = Time::min();
    while (const auto due = heap.pop_due(now)) {
      REQUIRE(expected.at(*due) <= now);
      REQUIRE(expected.at(*due) >= last);
      last = expected.at(*due);
      expected.erase(*due);
    }
    std::optional<Time> earliest;
    for (const auto& [each, due] : expected)
      if (!earliest || due < *earliest) earliest = due;
    REQUIRE(heap.next() == earliest);
    REQUIRE((!earliest || *earliest > now));
  }
}
