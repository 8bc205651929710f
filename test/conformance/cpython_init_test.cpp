// test_init

#include "conformance/captured_stderr.hpp"
#include "conformance/executors.hpp"
#include "support/catch.hpp"

#include <sys/wait.h>

#include <filesystem>
#include <fstream>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

thread_local std::string status = "uninitialized";

std::string get_status() {
  return status;
}
std::string get_status_at_gate(GateRef gate) {
  gate.pass();
  return status;
}

void check_initialized(Executor& executor, Gate& gate) {
  std::vector<Future<std::string>> futures;
  for (int i = 0; i < worker_count; ++i) futures.push_back(executor.submit(get_status_at_gate, gate.ref()));
  gate.wait_for_arrivals(worker_count);  // each in a worker of its own
  gate.open();
  for (const auto& future : futures) CHECK(future.result(a_minute) == "initialized");
  CHECK(executor.submit(get_status).result(a_minute) == "initialized");
  CHECK(status == "uninitialized");
}

void fail() {
  throw std::invalid_argument("error in initializer");
}

/// The resources of a process that could leak: descriptors and shared mappings.
struct Resources {
  std::ptrdiff_t descriptors;
  int shared_mappings = 0;

  Resources()
      : descriptors(std::distance(std::filesystem::directory_iterator("/proc/self/fd"),
                                  std::filesystem::directory_iterator())) {
    std::ifstream maps("/proc/self/maps");
    for (std::string range, permissions, rest; maps >> range >> permissions && std::getline(maps, rest);)
      shared_mappings += permissions.back() == 's';
  }
  bool operator==(const Resources&) const = default;
};

}  // namespace

TEMPLATE_TEST_CASE("InitializerMixin.test_initializer", "[init]", EVERY_LOCAL_POOL) {
  Gate gate;
  const std::string captured = "initialized";
  const auto executor = TestType::make({.initializer = [captured] { status = captured; }});
  check_initialized(*executor, gate);
}

#ifdef SPRITEFARM_WITH_CLUSTER
// A capture does not cross to other machines.
TEST_CASE("InitializerMixin.test_initializer - Nodes", "[init]") {
  Gate gate;
  const auto executor = Nodes::make({.initializer = +[] { status = "initialized"; }});
  check_initialized(*executor, gate);
}
#endif

TEST_CASE("InitializerMixin.test_initializer - Serial", "[init]") {
  int runs = 0;
  const auto executor = Serial::make({.initializer = [&runs] { ++runs; }});
  CHECK(runs == 0);
  CHECK(executor->submit([&runs] { return runs; }).result(a_minute) == 1);
  CHECK(executor->submit([&runs] { return runs; }).result(a_minute) == 1);
}

TEMPLATE_TEST_CASE("FailingInitializerMixin.test_initializer", "[init]", EVERY_LOCAL_EXECUTOR) {
  std::vector<Future<std::string>> pending;
  std::string logged;
  bool refused = false;
  {
    const CapturedStderr captured;
    const auto executor = TestType::make({.initializer = fail});
    try {
      for (int i = 0; i < 10; ++i) pending.push_back(executor->submit(get_status));
    } catch (const BrokenExecutor&) {  // it may be broken by now
    }
    // The pool refuses every call when it is broken.
    const auto is_refused = [&executor] {
      try {
        executor->submit(get_status);
      } catch (const BrokenExecutor&) {
        return true;
      }
      return false;
    };
    refused = eventually(is_refused) && is_refused();
    executor->shutdown();
    logged = captured.text();
  }
  CHECK(refused);
  REQUIRE(!pending.empty());
  for (const auto& future : pending) {
    CHECK_THROWS_AS(future.result(a_minute), BrokenExecutor);
    CHECK(message_of(future.exception()).find("error in initializer") != std::string::npos);
  }
  CHECK(logged.find("error in initializer") != std::string::npos);
}

// Python counts the semaphores and the shared memory of its contexts spawn and forkserver. Here there is one
// context.
TEST_CASE("FailingInitializerResourcesTest", "[init]") {
  const Resources before;
  {
    const CapturedStderr captured;
    const auto executor = Processes::make({.initializer = fail});
    Future<std::string> future;
    try {
      future = executor->submit(get_status);
      (void)future.exception(a_minute);
    } catch (const BrokenExecutor&) {
    }
  }
  CHECK(Resources() == before);
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child, not even one to be reaped
}
