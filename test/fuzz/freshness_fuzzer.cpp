#include "fuzz/fuzz_input.hpp"
#include "net/freshness.hpp"

using namespace spritefarm;
using namespace std::chrono_literals;
using fuzz::must;

/// Cache-Control, Age and Last-Modified, one per line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::time_t now = 784'111'777;  // Sun, 06 Nov 1994 08:49:37 GMT
  fuzz::FuzzInput input(data, size);
  net::CachingHeaders headers;
  for (std::string* header : {&headers.cache_control, &headers.age, &headers.last_modified})
    *header = input.field('\n');
  const auto lifetime = net::freshness_lifetime(headers, now);
  must(lifetime >= 0s && lifetime <= 365 * 24h, "a freshness lifetime is between 0 and one year");

  const std::string cache_control = headers.cache_control;
  headers.cache_control = "max-age=100," + cache_control;
  must(net::freshness_lifetime(headers, now) <= 100s, "the first max-age counts");
  headers.cache_control = "No-Store ," + cache_control;
  must(net::freshness_lifetime(headers, now) == 0s, "a no-store response is stale");
  return 0;
}
