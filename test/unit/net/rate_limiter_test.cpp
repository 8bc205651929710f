#include "net/rate_limiter.hpp"

#include "net/host_table.hpp"
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
namespace net = spritefarm::net;
using spritefarm::net::HostTable;
using spritefarm::net::Rate;
using spritefarm::net::RateLimiter;
using spritefarm::posix::SharedMemory;

namespace {

const RateLimiter::Time start{1000h};

/// The largest number of requests sent in any period of this length.
std::ptrdiff_t max_within(std::vector<RateLimiter::Time> departures, std::chrono::nanoseconds period) {
  std::sort(departures.begin(), departures.end());
  std::ptrdiff_t count = 0;
  auto end = departures.begin();
  for (auto first = departures.begin(); first != departures.end(); ++first) {
    while (end != departures.end() && *end <= *first + period) ++end;
    count = std::max(count, end - first);
  }
  return count;
}

}  // namespace

TEST_CASE("a burst is sent at once, then one request per interval", "[rate]") {
  const Rate rate{100, 5};
  RateLimiter limiter;
  for (int i = 0; i < 5; ++i) CHECK(limiter.acquire(rate, start) == start);
  CHECK(limiter.acquire(rate, start) == start + 10ms);
  CHECK(limiter.acquire(rate, start + 3ms) == start + 20ms);
  SECTION("a late caller gets no more than it would have got in time") {
    CHECK(limiter.acquire(rate, start + 30ms) == start + 30ms);
    CHECK(limiter.acquire(rate, start + 30ms) == start + 40ms);
  }
  SECTION("an idle period allows one burst, not more") {
    for (int i = 0; i < 5; ++i) CHECK(limiter.acquire(rate, start + 1h) == start + 1h);
    CHECK(limiter.acquire(rate, start + 1h) == start + 1h + 10ms);
  }
}

TEST_CASE("without a rate, requests are sent at once", "[rate]") {
  RateLimiter limiter;
  for (int i = 0; i < 1000; ++i) CHECK(limiter.acquire({}, start) == start);
}

TEST_CASE("a burst of --rate is the requests of 2.56 seconds, at most 256", "[rate]") {
  CHECK(Rate::polite(100).burst == 256);
  CHECK(Rate::polite(5000).burst == 256);
  CHECK(Rate::polite(10).burst == 26);
  CHECK(Rate::polite(0.1).burst == 1);
  CHECK_FALSE(Rate::polite(0).is_limited());
}

TEST_CASE("a small burst passes after a pause", "[rate]") {
  const Rate rate{100, 256};
  RateLimiter limiter;
  limiter.resume_at(rate, start + 2s);
  std::vector<RateLimiter::Time> departures;
  for (int i = 0; i < 100; ++i) departures.push_back(limiter.acquire(rate, start + 2s));
  CHECK(std::count(departures.begin(), departures.end(), start + 2s) == 32);
  CHECK(departures.back() == start + 2s + 68 * 10ms);
}

TEST_CASE("bytes are acquired many at a time", "[rate]") {
  const Rate rate{1000, 100};
  RateLimiter limiter;
  CHECK(limiter.acquire(rate, start, 99) == start);
  CHECK(limiter.acquire(rate, start, 500) == start);
  CHECK(limiter.acquire(rate, start, 1) == start + 500ms);
}

TEST_CASE("each origin has its own limiter", "[rate]") {
  HostTable hosts({.rate = {1, 1}});
  const net::Host& first = hosts.host("https://a.example:443");
  CHECK(&hosts.host("https://b.example:443") != &first);
  CHECK(&hosts.host("https://a.example:443") == &first);
  for (int i = 0; i < 1000; ++i)
    hosts.host("https://" + std::to_string(i) + ".example:443").limiter.acquire({1, 1}, start);
  CHECK(&hosts.host("https://a.example:443") == &first);
}

TEST_CASE("processes share one rate, even if one of them dies", "[rate]") {
  const Rate rate{1000, 16};
  constexpr int processes = 4, requests = 500;
  HostTable hosts({.rate = rate});
  const SharedMemory shared(sizeof(RateLimiter::Time) * processes * requests);
  auto* const departures = static_cast<RateLimiter::Time*>(shared.data());

  std::vector<pid_t> children;
  for (int child = 0; child < processes; ++child) {
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      RateLimiter& limiter = hosts.host("http://127.0.0.1:80").limiter;
      RateLimiter::Time now = start;
      for (int i = 0; i < requests; ++i) {
        if (child == 0 && i == requests / 2) ::kill(::getpid(), SIGKILL);
        now = limiter.acquire(rate, now);
        departures[child * requests + i] = now;
      }
      ::_exit(0);
    }
    children.push_back(pid);
  }
  for (const pid_t child : children) CHECK(::waitpid(child, nullptr, 0) == child);

  std::vector<RateLimiter::Time> left;
  std::copy_if(departures, departures + processes * requests, std::back_inserter(left),
               [](RateLimiter::Time send_at) { return send_at != RateLimiter::Time{}; });
  REQUIRE(left.size() == processes * requests - requests / 2);
  for (const auto period : {0ms, 1ms, 20ms, 100ms, 700ms}) {
    CAPTURE(period.count());
    CHECK(max_within(left, period) <= period / 1ms + 16);
  }
  CHECK(*std::max_element(left.begin(), left.end()) == start + 1ms * (left.size() - 16));
}

TEST_CASE("an overwritten limiter delays nobody for long", "[rate]") {
  const Rate rate{100, 5};
  for (const int byte : {0x7f, 0x80, 0xff, 0x11}) {
    CAPTURE(byte);
    alignas(RateLimiter) unsigned char memory[sizeof(RateLimiter)] = {};
    RateLimiter& limiter = *new (memory) RateLimiter;
    std::memset(memory, byte, sizeof memory);
    for (int i = 0; i < 3; ++i) {
      CHECK(limiter.acquire(rate, start) >= start);
      CHECK(limiter.acquire(rate, start) < start + 10min);
    }
  }
}
