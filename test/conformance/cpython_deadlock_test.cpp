// test_deadlock: after each fault, the future is done within a bounded time, other calls are not affected,
// and shutdown() returns.

#include "conformance/faulty.hpp"
#include "conformance/process_pools.hpp"
#include "support/catch.hpp"
#include "support/subprocess.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

void exit_with_code() {
  std::exit(98);
}

void fail() {
  throw std::domain_error("a fault of the call");
}

std::size_t crash_with(const std::string& data) {
  crash();
  return data.size();
}

/// Runs a faulty call between two others in a pool of one worker, then shuts the pool down. Returns the
/// exception of the faulty call.
template <typename Pools, typename R, typename... Args>
std::exception_ptr run_among_others(R function(Args...), Args... args) {
  std::exception_ptr exception;
  {
    Gate gate;
    const auto pool = Pools::make({.max_workers = 1});
    const Future<int> before = pool->submit(pass, gate.ref());
    const auto faulty = pool->submit(function, args...);
    const Future<int> after = pool->submit(multiply, 2, 8);
    gate.open();
    exception = faulty.exception(a_minute);
    CHECK(before.result(a_minute) == 0);
    CHECK(after.result(a_minute) == 16);
    CHECK(is_usable(*pool));
    pool->shutdown();
  }
  CHECK(Pools::left_no_process());
  return exception;
}

void check_error(const std::exception_ptr& exception, const std::string& message) {
  REQUIRE(exception);
  CHECK_THROWS_AS(std::rethrow_exception(exception), std::domain_error);
  CHECK(message_of(exception) == message);
}

void check_codec_error(const std::exception_ptr& exception) {
  check_error(exception, "a fault of the codec");
}

void check_death(const std::exception_ptr& exception, int signal, int exit_code) {
  REQUIRE(exception);
  try {
    std::rethrow_exception(exception);
  } catch (const WorkerDied& died) {
    CHECK(died.how().signal == signal);
    CHECK(died.how().exit_code == exit_code);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("test_error_at_task_pickle", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_codec_error(run_among_others<TestType>(take_faulty<ErrorAtEncode>, ErrorAtEncode()));
}

TEMPLATE_TEST_CASE("test_exit_at_task_unpickle", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_death(run_among_others<TestType>(take_faulty<ExitAtDecode>, ExitAtDecode()), 0, 98);
}

TEMPLATE_TEST_CASE("test_error_at_task_unpickle", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_codec_error(run_among_others<TestType>(take_faulty<ErrorAtDecode>, ErrorAtDecode()));
}

TEMPLATE_TEST_CASE("test_crash_at_task_unpickle", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_death(run_among_others<TestType>(take_faulty<CrashAtDecode>, CrashAtDecode()), SIGSEGV, 0);
}

TEMPLATE_TEST_CASE("test_crash_during_func_exec_on_worker", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_death(run_among_others<TestType>(crash), SIGSEGV, 0);
}

TEMPLATE_TEST_CASE("test_exit_during_func_exec_on_worker", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_death(run_among_others<TestType>(exit_with_code), 0, 98);
}

TEMPLATE_TEST_CASE("test_error_during_func_exec_on_worker", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_error(run_among_others<TestType>(fail), "a fault of the call");
}

TEMPLATE_TEST_CASE("test_crash_during_result_pickle_on_worker", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_death(run_among_others<TestType>(give_faulty<CrashAtEncode>), SIGSEGV, 0);
}

TEMPLATE_TEST_CASE("test_exit_during_result_pickle_on_worker", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_death(run_among_others<TestType>(give_faulty<ExitAtEncode>), 0, 98);
}

TEMPLATE_TEST_CASE("test_error_during_result_pickle_on_worker", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  check_codec_error(run_among_others<TestType>(give_faulty<ErrorAtEncode>));
}

TEMPLATE_TEST_CASE("test_error_during_result_unpickle_in_result_handler", "[deadlock]",
                   EVERY_REMOTE_EXECUTOR) {
  check_codec_error(run_among_others<TestType>(give_faulty<ErrorAtDecode>));
}

// exit() is an exception in Python. Here it ends the program with its code, and all processes of the pool.
TEST_CASE("test_exit_during_result_unpickle_in_result_handler", "[deadlock]") {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "exit_in_decode";
  // Objects that the program leaves to its exit are not leaks.
  Subprocess process({{program.string()}, {{"LSAN_OPTIONS", "detect_leaks=0"}}, {}});
  std::istringstream line(process.read_line());
  const std::vector<int> workers{std::istream_iterator<int>(line), {}};
  const Outcome outcome = process.finish();
  CHECK(!workers.empty());
  CHECK(outcome.exit_status == 98);
  CHECK(outcome.err.empty());
  CHECK(all_end(workers));
}

TEMPLATE_TEST_CASE("test_shutdown_deadlock", "[deadlock]", EVERY_PROCESS_POOL) {
  {
    Gate gate;
    const auto pool = TestType::make({.max_workers = 2});
    const Future<void> future = pool->submit(crash_at_gate, gate.ref());
    gate.wait_for_arrivals(1);
    std::thread opener([&] { gate.open(); });
    pool->shutdown();
    opener.join();
    CHECK_THROWS_AS(future.result(a_minute), WorkerDied);
  }
  CHECK(child_pids().empty());
}

TEMPLATE_TEST_CASE("test_shutdown_deadlock_pickle", "[deadlock]", EVERY_PROCESS_POOL) {
  {
    const auto pool = TestType::make({.max_workers = 2});
    CHECK(is_usable(*pool));
    const Future<void> future = pool->submit(take_faulty<ErrorAtEncode>, ErrorAtEncode());
    pool->shutdown(false);
    CHECK_THROWS_AS(future.result(a_minute), std::domain_error);
  }
  CHECK(is_alone());
  CHECK(child_pids().empty());
}

TEMPLATE_TEST_CASE("test_crash_big_data", "[deadlock]", EVERY_REMOTE_EXECUTOR) {
  {
    const std::string big(std::size_t{4} << 20, 'a');  // many times the size of a pipe
    const auto pool = TestType::make({.max_workers = 2});
    std::vector<Future<std::size_t>> futures;
    for (int i = 0; i < 10; ++i) futures.push_back(pool->submit(crash_with, big));
    for (const auto& future : futures) CHECK_THROWS_AS(future.result(a_minute), WorkerDied);
    CHECK(is_usable(*pool));
  }
  CHECK(TestType::left_no_process());
}

// A callback blocks the supervisor, which corresponds to the manager thread of Python.
TEMPLATE_TEST_CASE("test_gh105829_should_not_deadlock_if_wakeup_pipe_full", "[deadlock]",
                   EVERY_PROCESS_POOL) {
  Gate gate;
  Event stalled, resume;
  const auto pool = TestType::make({.max_workers = 2});
  const Future<int> first = pool->submit(pass, gate.ref());
  first.add_done_callback([&](const Future<int>&) {
    stalled.set();
    resume.wait(a_minute);
  });
  gate.open();
  const bool in_time = stalled.wait(a_minute);
  std::vector<Future<int>> futures;
  for (int i = 0; i < 10'000; ++i) futures.push_back(pool->submit(multiply, i, 2));
  resume.set();
  REQUIRE(in_time);
  int correct = 0;
  for (int i = 0; i < 10'000; ++i) correct += futures[static_cast<std::size_t>(i)].result(a_minute) == 2 * i;
  CHECK(correct == 10'000);
}
