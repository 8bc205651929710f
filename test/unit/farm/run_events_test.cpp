#include "farm/run_events.hpp"

#include "support/catch.hpp"

#include <spritefarm/thread_pool_executor.hpp>

#include <stdexcept>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::farm;
using namespace std::chrono_literals;

TEST_CASE("calls that are done come in their order, also past another wait", "[farm][events]") {
  RunEvents events;
  ThreadPoolExecutor executor({.max_workers = 1});
  events.put_done(3);
  events.put_done(1);
  CHECK(events.result_of(executor.submit([] { return 42; })) == 42);
  events.put_done(2);
  events.check_interruption();
  CHECK(events.next_done() == 3);
  CHECK(events.next_done(1h) == std::uint64_t{1});
  CHECK(events.next_done() == 2);
  CHECK_FALSE(events.next_done(0s));
}

TEST_CASE("a call's failure leaves the wait for its result", "[farm][events]") {
  RunEvents events;
  ThreadPoolExecutor executor({.max_workers = 1});
  CHECK_THROWS_AS(events.result_of(executor.submit([]() -> int { throw std::out_of_range("no"); })),
                  std::out_of_range);
}

TEST_CASE("every wait meets the interruption, once, after what came before it", "[farm][events]") {
  RunEvents events;
  events.put_done(1);
  std::thread other([&] { events.put_interruption(); });
  CHECK(events.next_done() == 1);
  SECTION("for a call") {
    CHECK_THROWS_AS(events.next_done(), Interrupted);
  }
  SECTION("with a timeout") {
    CHECK_THROWS_AS(events.next_done(1h), Interrupted);
  }
  SECTION("for a result, whose call is cancelled") {
    Future<int> never;
    CHECK_THROWS_AS(events.result_of(never), Interrupted);
    CHECK(never.cancelled());
  }
  other.join();
  events.check_interruption();
}

TEST_CASE("an interruption is found without a wait", "[farm][events]") {
  RunEvents events;
  events.check_interruption();
  events.put_done(1);
  events.put_interruption();
  CHECK_THROWS_AS(events.check_interruption(), Interrupted);
  CHECK(events.next_done() == 1);
}
