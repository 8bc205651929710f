#include "net/stall_watch.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;
using spritefarm::net::HostTraffic;
using spritefarm::net::StallWatch;

namespace {

const StallWatch::Time start{1000h}, never{};
constexpr auto timeout = 30s;

}  // namespace

TEST_CASE("a transfer ends when neither it nor its host has sent a byte for the timeout", "[stall]") {
  HostTraffic traffic;
  StallWatch watch(timeout, start, traffic);
  CHECK(watch.next_check(start, traffic, never) == start + 30s);
  CHECK(watch.next_check(start + 29s, traffic, never) == start + 30s);
  CHECK_FALSE(watch.next_check(start + 30s, traffic, never));
  SECTION("each byte begins the timeout anew") {
    watch.on_bytes(1, start + 29s, traffic);
    CHECK(watch.next_check(start + 30s, traffic, never) == start + 59s);
    CHECK_FALSE(watch.next_check(start + 59s, traffic, never));
  }
  SECTION("a byte for another transfer, of this client or another, is progress") {
    traffic.last_byte = start + 20s;
    CHECK(watch.next_check(start + 30s, traffic, never) == start + 50s);
    CHECK(watch.next_check(start + 50s, traffic, start + 45s) == start + 75s);
    CHECK_FALSE(watch.next_check(start + 75s, traffic, start + 45s));
  }
}

TEST_CASE("a connection that is silent beside others ends after three timeouts", "[stall]") {
  const HostTraffic traffic;
  const StallWatch watch(timeout, start, traffic);
  CHECK(watch.next_check(start + 89s, traffic, start + 89s));
  CHECK_FALSE(watch.next_check(start + 90s, traffic, start + 90s));
}

TEST_CASE("a transfer that later ones overtake has had its turn", "[stall]") {
  HostTraffic traffic{.last_byte = start, .completed = 100, .in_flight = 20};
  const StallWatch watch(timeout, start, traffic);
  traffic = {.last_byte = start + 30s, .completed = 120, .in_flight = 20};
  CHECK(watch.next_check(start + 30s, traffic, never));  // only those that were sent before it
  traffic.completed = 140;
  CHECK_FALSE(watch.next_check(start + 30s, traffic, never));
}

TEST_CASE("a trickle ends after five timeouts", "[stall]") {
  const HostTraffic traffic;
  StallWatch watch(timeout, start, traffic);
  for (int second = 1; second < 150; ++second) {
    watch.on_bytes(20, start + second * 1s, traffic);
    REQUIRE(watch.next_check(start + second * 1s, traffic, never));
  }
  watch.on_bytes(20, start + 150s, traffic);
  CHECK_FALSE(watch.next_check(start + 150s, traffic, never));
}

TEST_CASE("time in which the process did not run is no silence", "[stall]") {
  const HostTraffic traffic;
  StallWatch watch(timeout, start, traffic);
  watch.on_pause(100s);
  CHECK(watch.next_check(start + 129s, traffic, never) == start + 130s);
  CHECK_FALSE(watch.next_check(start + 130s, traffic, never));
}
