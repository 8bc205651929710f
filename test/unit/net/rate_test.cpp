#include "net/rate.hpp"

#include "net/host_paces.hpp"
#include "support/catch.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <vector>

using namespace std::chrono_literals;
using spritefarm::net::HostPace;
using spritefarm::net::HostPaces;
using spritefarm::net::Rate;
using spritefarm::posix::SharedMemory;

namespace {

const HostPace::Time start{1000h};

/// The most requests that leave in any stretch of this length.
std::ptrdiff_t most_within(std::vector<HostPace::Time> departures, std::chrono::nanoseconds stretch) {
  std::sort(departures.begin(), departures.end());
  std::ptrdiff_t most = 0;
  auto end = departures.begin();
  for (auto first = departures.begin(); first != departures.end(); ++first) {
    while (end != departures.end() && *end <= *first + stretch) ++end;
    most = std::max(most, end - first);
  }
  return most;
}

}  // namespace

TEST_CASE("after a rest a burst leaves at once, then one request an interval", "[rate]") {
  const Rate rate{100, 5};
  HostPace pace;
  for (int i = 0; i < 5; ++i) CHECK(pace.reserve(rate, start) == start);
  CHECK(pace.reserve(rate, start) == start + 10ms);
  CHECK(pace.reserve(rate, start + 3ms) == start + 20ms);
  SECTION("who comes late gets no more than it would have had in time") {
    CHECK(pace.reserve(rate, start + 30ms) == start + 30ms);
    CHECK(pace.reserve(rate, start + 30ms) == start + 40ms);
  }
  SECTION("a rest earns a burst, and no more than one") {
    for (int i = 0; i < 5; ++i) CHECK(pace.reserve(rate, start + 1h) == start + 1h);
    CHECK(pace.reserve(rate, start + 1h) == start + 1h + 10ms);
  }
}

TEST_CASE("without a rate a request leaves when it comes", "[rate]") {
  HostPace pace;
  for (int i = 0; i < 1000; ++i) CHECK(pace.reserve({}, start) == start);
}

TEST_CASE("the bursts of --rate are 2.56 seconds' worth, 256 at most", "[rate]") {
  CHECK(Rate::polite(100).burst == 256);
  CHECK(Rate::polite(5000).burst == 256);
  CHECK(Rate::polite(10).burst == 26);
  CHECK(Rate::polite(0.1).burst == 1);
  CHECK_FALSE(Rate::polite(0).is_limited());
}

TEST_CASE("a host that asks for a pause gets it, and a small burst after it", "[rate]") {
  const Rate rate{100, 256};
  HostPace pace;
  CHECK(pace.closed_for(start) == 0s);
  pace.close(rate, start + 2s);
  pace.close(rate, start + 1s);  // an earlier end does not shorten it
  CHECK(pace.closed_for(start) == 2s);
  CHECK(pace.closed_for(start + 1500ms) == 500ms);
  CHECK(pace.closed_for(start + 2s) == 0s);
  std::vector<HostPace::Time> departures;
  for (int i = 0; i < 100; ++i) departures.push_back(pace.reserve(rate, start + 2s));
  CHECK(std::count(departures.begin(), departures.end(), start + 2s) == 32);
  CHECK(departures.back() == start + 2s + 68 * 10ms);
}

TEST_CASE("a host's last 64 answers tell whether persistence pays", "[rate]") {
  HostPace pace;
  for (int i = 0; i < 10; ++i) pace.note_answer(false);
  pace.note_answer(true);
  CHECK_FALSE(pace.rewards_persistence());
  pace.note_answer(true);
  CHECK(pace.rewards_persistence());
  for (int i = 0; i < 62; ++i) pace.note_answer(false);
  CHECK(pace.rewards_persistence());
  pace.note_answer(false);
  CHECK_FALSE(pace.rewards_persistence());
}

TEST_CASE("a pause that nobody can mean is none", "[rate]") {
  HostPace pace;
  pace.close({}, start + 24h);
  CHECK(pace.closed_for(start) == 0s);
}

TEST_CASE("each origin has its own pace, found again by its name", "[rate]") {
  HostPaces paces(Rate{1, 1});
  HostPace& first = paces.host("https://a.example:443");
  CHECK(&paces.host("https://b.example:443") != &first);
  CHECK(&paces.host("https://a.example:443") == &first);
  for (int i = 0; i < 1000; ++i)
    paces.host("https://" + std::to_string(i) + ".example:443").reserve(paces.rate(), start);
  CHECK(&paces.host("https://a.example:443") == &first);
}

TEST_CASE("several processes share one rate, also when one dies", "[rate]") {
  const Rate rate{1000, 16};
  constexpr int processes = 4, requests = 500;
  HostPaces paces(rate);
  const SharedMemory shared(sizeof(HostPace::Time) * processes * requests);
  auto* const departures = static_cast<HostPace::Time*>(shared.data());

  std::vector<pid_t> children;
  for (int child = 0; child < processes; ++child) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      HostPace& pace = paces.host("http://127.0.0.1:80");
      HostPace::Time now = start;
      for (int i = 0; i < requests; ++i) {
        if (child == 0 && i == requests / 2) ::kill(::getpid(), SIGKILL);
        now = pace.reserve(rate, now);
        departures[child * requests + i] = now;
      }
      ::_exit(0);
    }
    children.push_back(pid);
  }
  for (const pid_t child : children) CHECK(::waitpid(child, nullptr, 0) == child);

  std::vector<HostPace::Time> left;
  std::copy_if(departures, departures + processes * requests, std::back_inserter(left),
               [](HostPace::Time departure) { return departure != HostPace::Time{}; });
  REQUIRE(left.size() == processes * requests - requests / 2);
  for (const auto stretch : {0ms, 1ms, 20ms, 100ms, 700ms}) {
    CAPTURE(stretch.count());
    CHECK(most_within(left, stretch) <= stretch / 1ms + 16);
  }
  CHECK(*std::max_element(left.begin(), left.end()) == start + 1ms * (left.size() - 16));
}

TEST_CASE("a pace that a broken process has overwritten makes nobody wait for long", "[rate]") {
  const Rate rate{100, 5};
  for (const int byte : {0x7f, 0x80, 0xff, 0x11}) {
    CAPTURE(byte);
    alignas(HostPace) unsigned char memory[sizeof(HostPace)] = {};
    HostPace& pace = *new (memory) HostPace;
    std::memset(memory, byte, sizeof memory);
    for (int i = 0; i < 3; ++i) {
      CHECK(pace.reserve(rate, start) >= start);
      CHECK(pace.reserve(rate, start) < start + 10min);
    }
    CHECK(pace.closed_for(start) <= HostPace::longest_pause);
  }
}
