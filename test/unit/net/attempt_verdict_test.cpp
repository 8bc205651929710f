#include "net/attempt_verdict.hpp"

#include "support/catch.hpp"

using namespace std::chrono_literals;
using spritefarm::net::AttemptOutcome;
using spritefarm::net::Availability;
using spritefarm::net::FetchFailure;
using spritefarm::net::HostTable;
using spritefarm::net::Verdict;
namespace net = spritefarm::net;

namespace {

const net::Host::Time start{1000h};
constexpr net::AttemptTimes not_sent{
    .began = 1000h, .sent = 1000h + 1s, .answered = 1000h + 1s, .ended = 1000h + 1s};
constexpr net::AttemptTimes sent{
    .began = 1000h, .sent = 1000h + 1ms, .answered = 1000h + 1s, .ended = 1000h + 1s};

/// A host of which nothing is known.
struct TestHost {
  HostTable table{HostTable::Settings{}};
  net::Host& host = table.host("https://a.example:443");

  Verdict judge(const AttemptOutcome& outcome, int retries = 4, net::Host::Time now = start) {
    return net::judge(host, table.settings(), retries, outcome, now);
  }
  void answer() { REQUIRE(judge({.status = 200, .times = sent}) == Verdict::success); }
  Availability::State state() { return host.availability.status(start, 300s).state; }
};

AttemptOutcome unsent(FetchFailure failure) {
  return {.failure = failure, .reason = "why", .request = 1, .times = not_sent};
}
AttemptOutcome status(long code) {
  return {.failure = FetchFailure::status, .status = code, .times = sent};
}
AttemptOutcome throttled(std::optional<std::chrono::seconds> pause) {
  return {.failure = FetchFailure::status, .status = 429, .pause = {true, pause}, .times = sent};
}

}  // namespace

TEST_CASE("a response of the host decides about its request alone", "[verdict]") {
  TestHost host;
  for (const long code : {408, 425, 500, 502, 503, 504}) CHECK(host.judge(status(code)) == Verdict::failed);
  for (const long code : {203, 400, 401, 403, 404, 410}) CHECK(host.judge(status(code)) == Verdict::final);
  CHECK(host.judge({.failure = FetchFailure::proxy, .status = 403, .times = sent}) == Verdict::final);
  for (const FetchFailure failure : {FetchFailure::rejected, FetchFailure::connection, FetchFailure::timeout})
    CHECK(host.judge({.failure = failure, .status = 200, .times = sent}) == Verdict::failed);
  CHECK(host.judge({.failure = FetchFailure::too_large, .status = 200, .times = sent}) == Verdict::final);
  CHECK(host.state() == Availability::State::available);
}

TEST_CASE("an attempt that cannot reach its host is put off", "[verdict]") {
  TestHost host;
  const FetchFailure failure = GENERATE(FetchFailure::refused, FetchFailure::unresolved,
                                        FetchFailure::timeout, FetchFailure::connection);
  CAPTURE(static_cast<int>(failure));
  SECTION("whether the host was reached before or not") {
    if (GENERATE(true, false)) host.answer();
    AttemptOutcome outcome = unsent(failure);
    outcome.answers_before = host.host.availability.answers();
    CHECK(host.judge(outcome) == Verdict::put_off);
    CHECK(host.state() == Availability::State::away);
    CHECK(host.host.absence_reason.read() == "why");
  }
  SECTION("unless others reach it") {
    host.answer();
    CHECK(host.judge(unsent(failure)) == Verdict::failed);
  }
  SECTION("unless there are no retries") {
    host.answer();
    AttemptOutcome outcome = unsent(failure);
    outcome.answers_before = 1;
    CHECK(host.judge(outcome, 0) == Verdict::failed);
  }
  SECTION("without retries, a host that was never reached is given up") {
    CHECK(host.judge(unsent(failure), 0) == Verdict::put_off);
    CHECK(host.state() == Availability::State::given_up);
    CHECK(net::reason_of_absence(host.host, host.table.settings(), "a.example", start) == "why");
  }
}

TEST_CASE("a wrong certificate is final, but an outage of a host that was verified before", "[verdict]") {
  TestHost host;
  CHECK(host.judge(unsent(FetchFailure::certificate)) == Verdict::final);
  CHECK(host.state() == Availability::State::available);
  host.answer();
  AttemptOutcome outcome = unsent(FetchFailure::certificate);
  outcome.answers_before = 1;
  CHECK(host.judge(outcome) == Verdict::put_off);
}

TEST_CASE("two requests that are never answered fail; a host that answers no request is away", "[verdict]") {
  TestHost host;
  host.answer();
  AttemptOutcome outcome{
      .failure = FetchFailure::connection, .request = 1, .answers_before = 1, .times = sent};
  for (int i = 0; i < 10; ++i) {
    outcome.request = static_cast<std::uint64_t>(1 + i % 2);
    CHECK(host.judge(outcome) == Verdict::failed);
  }
  outcome.request = 3;
  CHECK(host.judge(outcome) == Verdict::put_off);
}

TEST_CASE("a host that the proxy refuses is given up, unless it was reached before", "[verdict]") {
  const long code = GENERATE(0, 407);
  AttemptOutcome outcome = unsent(FetchFailure::proxy);
  outcome.status = code;
  TestHost host;
  CHECK(host.judge(outcome) == Verdict::final);
  CHECK(host.state() == Availability::State::given_up);
  CHECK(net::reason_of_absence(host.host, host.table.settings(), "a.example", start) == "why");
  TestHost reached;
  reached.answer();
  CHECK(reached.judge(outcome) == Verdict::final);
  CHECK(reached.state() == Availability::State::available);
}

TEST_CASE("a host that asks for a pause puts its requests off", "[verdict]") {
  TestHost host;
  CHECK(host.judge(throttled(90s)) == Verdict::put_off);
  const Availability::Status paused = host.host.availability.status(start, 300s);
  CHECK(paused.has_asked);
  CHECK(paused.next_probe == start + 90s);
  SECTION("for too long") {
    CHECK(host.judge(throttled(301s)) == Verdict::put_off);
    CHECK(host.state() == Availability::State::given_up);
    const std::string reason = net::reason_of_absence(host.host, host.table.settings(), "a.example", start);
    CHECK(reason.starts_with("a.example asks for a pause until "));
    CHECK(reason.find("longer than --retry-max-time (300 s)") != reason.npos);
  }
}

TEST_CASE("a refusal without a time to return fails the request, unless the host serves others",
          "[verdict]") {
  TestHost host;
  CHECK(host.judge(throttled({})) == Verdict::failed);
  CHECK(host.judge(throttled(0s)) == Verdict::failed);
  CHECK(host.host.availability.status(start, 300s).next_probe == start + 1s);
  TestHost serving;
  serving.answer();
  CHECK(serving.judge(throttled({})) == Verdict::put_off);
}
