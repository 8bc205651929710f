// test_wait.WaitTests

#include "conformance/executors.hpp"
#include "conformance/future_states.hpp"
#include "support/catch.hpp"

#include <thread>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

using Futures = std::vector<Future<int>>;

int pass_and_throw(GateRef gate) {
  gate.pass();
  throw std::runtime_error("this is an exception");
}

}  // namespace

TEMPLATE_TEST_CASE("test_20369", "[wait]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const Future<int> future = executor->submit(multiply, 1, 2);
  const auto [done, not_done] = wait(Futures{future, future}, a_minute);
  CHECK(done == Futures{future});
  CHECK(not_done.empty());
}

TEMPLATE_TEST_CASE("test_first_completed", "[wait]", EVERY_POOL) {
  Gate gate;
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> first = executor->submit(multiply, 21, 2);
  const Future<int> second = executor->submit(pass, gate.ref());
  const auto [done, not_done] =
      wait(Futures{in.cancelled, first, second}, a_minute, ReturnWhen::first_completed);
  CHECK(done == Futures{first});
  CHECK(not_done == Futures{in.cancelled, second});
  gate.open();
  CHECK(second.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_first_completed_some_already_completed", "[wait]", EVERY_POOL) {
  Gate gate;
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> future = executor->submit(pass, gate.ref());
  const auto [done, not_done] =
      wait(Futures{in.cancelled_and_notified, in.successful, future}, a_minute, ReturnWhen::first_completed);
  CHECK(done == Futures{in.cancelled_and_notified, in.successful});
  CHECK(not_done == Futures{future});
  gate.open();
  CHECK(future.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_first_exception", "[wait]", EVERY_POOL) {
  Gate gate1, gate2;
  const auto executor = TestType::make({.max_workers = 3});
  const Future<int> first = executor->submit(multiply, 2, 21);
  const Future<int> second = executor->submit(pass_and_throw, gate1.ref());
  const Future<int> third = executor->submit(pass, gate2.ref());
  // The second call continues when the first is done, while wait() waits for both.
  std::thread other([&] {
    (void)first.exception(a_minute);
    gate1.open();
  });
  const auto [done, not_done] = wait(Futures{first, second, third}, a_minute, ReturnWhen::first_exception);
  other.join();
  CHECK(done == Futures{first, second});
  CHECK(not_done == Futures{third});
  gate2.open();
  CHECK(third.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_first_exception_some_already_complete", "[wait]", EVERY_POOL) {
  Gate gate;
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> first = executor->submit(divide, 21, 0);
  const Future<int> second = executor->submit(pass, gate.ref());
  const auto [done, not_done] =
      wait(Futures{in.successful, in.cancelled, in.cancelled_and_notified, first, second}, a_minute,
           ReturnWhen::first_exception);
  CHECK(done == Futures{in.successful, in.cancelled_and_notified, first});
  CHECK(not_done == Futures{in.cancelled, second});
  gate.open();
  CHECK(second.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_first_exception_one_already_failed", "[wait]", EVERY_POOL) {
  Gate gate;
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> future = executor->submit(pass, gate.ref());
  const auto [done, not_done] = wait(Futures{in.failed, future}, a_minute, ReturnWhen::first_exception);
  CHECK(done == Futures{in.failed});
  CHECK(not_done == Futures{future});
  gate.open();
  CHECK(future.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_all_completed", "[wait]", EVERY_EXECUTOR) {
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> first = executor->submit(divide, 2, 0);
  const Future<int> second = executor->submit(multiply, 2, 21);
  const Futures all{in.successful, in.cancelled_and_notified, in.failed, first, second};
  const auto [done, not_done] = wait(all, a_minute, ReturnWhen::all_completed);
  CHECK(done == all);
  CHECK(not_done.empty());
}

TEMPLATE_TEST_CASE("test_timeout", "[wait]", EVERY_POOL) {
  Gate gate;
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> future = executor->submit(pass, gate.ref());
  const auto [done, not_done] =
      wait(Futures{in.cancelled_and_notified, in.failed, in.successful, future}, 50ms);
  CHECK(done == Futures{in.cancelled_and_notified, in.failed, in.successful});
  CHECK(not_done == Futures{future});
  gate.open();
  CHECK(future.result(a_minute) == 0);
}

TEMPLATE_TEST_CASE("test_pending_calls_race", "[wait]", EVERY_POOL) {
  Gate gate;
  const auto executor = TestType::make({.max_workers = 5});
  Futures futures;
  for (int i = 0; i < 100; ++i) futures.push_back(executor->submit(pass, gate.ref()));
  gate.open();
  const auto [done, not_done] = wait(futures, a_minute);
  CHECK(done.size() == 100);
  CHECK(not_done.empty());
}
