#include "net/concurrency_limit.hpp"

#include "support/catch.hpp"

#include <cstring>
#include <limits>
#include <new>

using namespace std::chrono_literals;
using spritefarm::net::ConcurrencyLimit;
using Protocol = ConcurrencyLimit::Protocol;

namespace {

const ConcurrencyLimit::Time start{1000h};

void respond(ConcurrencyLimit& limit, int responses, std::chrono::nanoseconds latency,
             ConcurrencyLimit::Time now = start, bool is_in_use = true, Protocol protocol = Protocol::http2) {
  for (int i = 0; i < responses; ++i) limit.on_response(protocol, latency, is_in_use, now);
}

}  // namespace

TEST_CASE("the clients share the limit, each with one request at least", "[concurrency]") {
  const ConcurrencyLimit limit;
  CHECK(limit.share(Protocol::http2, 1) == 128);
  CHECK(limit.share(Protocol::http2, 3) == 43);
  CHECK(limit.share(Protocol::http2, 500) == 1);
  CHECK(limit.share(Protocol::http1, 4) == 8);
}

TEST_CASE("the limit grows while the latency is near its minimum and the share is in use", "[concurrency]") {
  ConcurrencyLimit limit;
  respond(limit, 10, 200ms);
  CHECK(limit.limit(Protocol::http2) == 138);
  respond(limit, 10, 200ms, start, false);
  CHECK(limit.limit(Protocol::http2) == 138);
  SECTION("it stops at a queue as long as the line") {
    respond(limit, 1000, 450ms);
    const double reached = limit.limit(Protocol::http2);
    respond(limit, 1000, 450ms);
    CHECK(limit.limit(Protocol::http2) == reached);
  }
  SECTION("it has an end") {
    respond(limit, 5000, 200ms);
    CHECK(limit.limit(Protocol::http2) == ConcurrencyLimit::max);
  }
}

TEST_CASE("each connection more of HTTP/1.1 takes a window of responses", "[concurrency]") {
  ConcurrencyLimit limit;
  respond(limit, 32, 1ms, start, true, Protocol::http1);
  CHECK(limit.limit(Protocol::http1) > 32.9);
  CHECK(limit.limit(Protocol::http1) < 33.1);
}

TEST_CASE("an overload halves the limit once for each latency, and it then grows slowly", "[concurrency]") {
  ConcurrencyLimit limit;
  respond(limit, 1, 200ms, start, false);
  for (int i = 0; i < 10; ++i) limit.on_overload(Protocol::http2, start + 1s);
  CHECK(limit.limit(Protocol::http2) == 64);
  limit.on_overload(Protocol::http2, start + 1s + 199ms);
  CHECK(limit.limit(Protocol::http2) == 64);
  limit.on_overload(Protocol::http2, start + 1s + 200ms);
  CHECK(limit.limit(Protocol::http2) == 32);
  respond(limit, 32, 200ms);
  CHECK(limit.limit(Protocol::http2) < 33.1);
  for (int i = 2; i < 30; ++i) limit.on_overload(Protocol::http2, start + i * 1s);
  CHECK(limit.limit(Protocol::http2) == ConcurrencyLimit::min);
}

TEST_CASE("the limit shrinks while requests queue for seconds", "[concurrency]") {
  ConcurrencyLimit limit;
  respond(limit, 1, 100ms);
  for (int i = 1; i < 200; ++i) respond(limit, 1, 8s, start + i * 1s);
  CHECK(limit.limit(Protocol::http2) < 20);
}

TEST_CASE("an overwritten limit is the initial one", "[concurrency]") {
  for (const int byte : {0x7f, 0x80, 0xff, 0x11}) {
    CAPTURE(byte);
    alignas(ConcurrencyLimit) unsigned char memory[sizeof(ConcurrencyLimit)] = {};
    ConcurrencyLimit& limit = *new (memory) ConcurrencyLimit;
    std::memset(memory, byte, sizeof memory);
    CHECK(limit.limit(Protocol::http2) == ConcurrencyLimit::initial_http2);
    respond(limit, 10, 1ms);
    limit.on_overload(Protocol::http2, start);
    CHECK(limit.limit(Protocol::http2) >= ConcurrencyLimit::min);
    CHECK(limit.limit(Protocol::http2) <= ConcurrencyLimit::max);
  }
}
