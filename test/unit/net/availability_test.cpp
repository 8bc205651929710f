#include "net/availability.hpp"

#include "support/catch.hpp"

#include <cstring>
#include <new>

using namespace std::chrono_literals;
using spritefarm::net::Availability;
using State = Availability::State;

namespace {

const Availability::Time start{1000h};
constexpr auto max_away = 300s;
constexpr int max_probes = 4;

/// A host that has answered one request.
struct KnownHost : Availability {
  KnownHost() { on_answer(false); }
  State state(Availability::Time now) { return status(now, max_away).state; }
};

}  // namespace

TEST_CASE("a host is available until it fails", "[availability]") {
  Availability host;
  CHECK(host.status(start, max_away).state == State::available);
  host.on_answer(false);
  CHECK(host.status(start, max_away).state == State::available);
  CHECK(host.answers() == 1);
}

TEST_CASE("one request probes a host that cannot be reached, at growing intervals", "[availability]") {
  KnownHost host;
  Availability::Time now = start;
  host.on_unreachable(now, false, max_probes);
  for (const auto interval : {500ms, 1000ms, 2000ms, 4000ms, 8000ms, 10'000ms, 10'000ms}) {
    CAPTURE(interval.count());
    host.on_unreachable(now, false, max_probes);  // was in flight: changes nothing
    CHECK(host.state(now + interval - 1ms) == State::away);
    now += interval;
    REQUIRE(host.state(now) == State::probing);
    CHECK(host.claim_probe(now, 40s));
    CHECK_FALSE(host.claim_probe(now, 40s));
    CHECK(host.state(now) == State::away);
    host.on_unreachable(now, true, max_probes);
  }
  SECTION("any answer ends the absence") {
    host.on_answer(false);
    CHECK(host.state(now) == State::available);
    CHECK(host.failed_probes() == 0);
  }
  SECTION("the absence is limited") {
    CHECK(host.state(start + max_away - 1ms) != State::given_up);
    CHECK(host.state(start + max_away) == State::given_up);
    CHECK(host.state(start + max_away + 1h) == State::given_up);
  }
}

TEST_CASE("time in which the program was stopped is no absence", "[availability]") {
  KnownHost host;
  SECTION("of a host that was away before") {
    host.on_unreachable(start, false, max_probes);
    host.on_stop(start + 100s);
    CHECK(host.state(start + 700s) == State::probing);  // a worker looks before on_continue()
    host.on_continue(start + 700s);
    CHECK(host.status(start + 700s, max_away).since == start + 600s);
    CHECK(host.state(start + 600s + max_away - 1ms) == State::probing);
    CHECK(host.state(start + 600s + max_away) == State::given_up);
  }
  SECTION("of a host that left while the program stopped") {
    host.on_stop(start);
    host.on_unreachable(start + 1s, false, max_probes);
    CHECK(host.state(start + 600s) == State::probing);
    host.on_continue(start + 600s);
    CHECK(host.status(start + 600s, max_away).since == start + 600s);
  }
  SECTION("of a host that was there") {
    host.on_stop(start);
    host.on_continue(start + 600s);
    CHECK(host.state(start + 600s) == State::available);
    host.on_unreachable(start + 600s, false, max_probes);
    CHECK(host.state(start + 600s + max_away) == State::given_up);
  }
}

TEST_CASE("a probe whose worker died is made again", "[availability]") {
  KnownHost host;
  host.on_unreachable(start, false, max_probes);
  REQUIRE(host.claim_probe(start + 500ms, 40s));
  CHECK(host.state(start + 40s) == State::away);
  CHECK(host.state(start + 41s) == State::probing);
}

TEST_CASE("a host that was never reached is given up after the retries of one request", "[availability]") {
  Availability host;
  Availability::Time now = start;
  host.on_unreachable(now, false, 2);
  for (int probe = 1; probe <= 2; ++probe) {
    CAPTURE(probe);
    now += 10s;
    REQUIRE(host.claim_probe(now, 40s));
    host.on_unreachable(now, true, 2);
    CHECK((host.status(now, max_away).state == State::given_up) == (probe == 2));
  }
}

TEST_CASE("a host is away if requests for different URLs get no response", "[availability]") {
  KnownHost host;
  SECTION("one URL, however often") {
    for (int i = 0; i < 10; ++i) host.on_silence(start, 7, false, max_probes);
    CHECK(host.state(start) == State::available);
    SECTION("and then two others") {
      host.on_silence(start, 8, false, max_probes);
      CHECK(host.state(start) == State::available);
      host.on_silence(start, 9, false, max_probes);
      CHECK(host.state(start) == State::away);
    }
    SECTION("and then an answer") {
      host.on_answer(false);
      host.on_silence(start, 8, false, max_probes);
      CHECK(host.state(start) == State::available);
    }
  }
  SECTION("two URLs, however often") {
    for (int i = 0; i < 10; ++i) {
      host.on_silence(start, 7, false, max_probes);
      host.on_silence(start, 8, false, max_probes);
    }
    CHECK(host.state(start) == State::available);
    host.on_silence(start, 9, false, max_probes);
    CHECK(host.state(start) == State::away);
  }
}

TEST_CASE("a pause lasts as long as the host asks, and only its probe ends it", "[availability]") {
  KnownHost host;
  host.on_pause(start, start + 20s, false);
  host.on_pause(start + 1s, start + 90s, false);  // another request in flight
  host.on_pause(start + 2s, start + 5s, false);   // does not shorten it
  CHECK_FALSE(host.on_answer(false));             // to a request from before the pause
  CHECK(host.state(start + 90s - 1ms) == State::away);
  CHECK(host.status(start + 1s, max_away).has_asked);
  REQUIRE(host.state(start + 90s) == State::probing);
  REQUIRE(host.claim_probe(start + 90s, 40s));
  SECTION("the host answers") {
    CHECK(host.on_answer(true));
    CHECK(host.state(start + 91s) == State::available);
  }
  SECTION("the host asks for a further pause") {
    host.on_pause(start + 91s, start + 100s, true);
    CHECK(host.state(start + 99s) == State::away);
    CHECK(host.state(start + 100s) == State::probing);
  }
}

TEST_CASE("a pause that is too long gives the host up at once", "[availability]") {
  KnownHost host;
  host.on_pause(start, start + 301s, false);
  CHECK(host.state(start) == State::given_up);
  CHECK(host.on_answer(true));
  CHECK(host.state(start + 1s) == State::available);
}

TEST_CASE("an overwritten availability delays nobody for long", "[availability]") {
  for (const int byte : {0x7f, 0x80, 0xff, 0x11}) {
    CAPTURE(byte);
    alignas(Availability) unsigned char memory[sizeof(Availability)] = {};
    Availability& host = *new (memory) Availability;
    std::memset(memory, byte, sizeof memory);
    CHECK(host.status(start, max_away).state != State::away);
    host.on_answer(true);
    CHECK(host.status(start, max_away).state == State::available);
  }
}
