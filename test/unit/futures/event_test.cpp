#include "support/catch.hpp"

#include <spritefarm/event.hpp>

#include <thread>

using namespace spritefarm;
using namespace std::chrono_literals;

TEST_CASE("an event is clear until it is set, and again after clear()", "[event]") {
  Event event;
  CHECK_FALSE(event.is_set());
  CHECK_FALSE(event.wait(0s));
  event.set();
  CHECK(event.is_set());
  CHECK(event.wait(0s));
  event.clear();
  CHECK_FALSE(event.is_set());
  CHECK_FALSE(event.wait(1ms));
}

TEST_CASE("set() wakes all waiting threads", "[event]") {
  Event event;
  bool woken[2] = {};
  std::thread with_timeout([&] { woken[0] = event.wait(60s); });
  std::thread without_timeout([&] {
    event.wait();
    woken[1] = event.is_set();
  });
  event.set();
  with_timeout.join();
  without_timeout.join();
  CHECK(woken[0]);
  CHECK(woken[1]);
}

TEST_CASE("a timeout beyond the range of the clock is no bound", "[event]") {
  Event event;
  std::thread other([&] { event.set(); });
  CHECK(event.wait(std::chrono::hours::max()));
  other.join();
}
