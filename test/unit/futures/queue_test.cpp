#include "support/catch.hpp"

#include <spritefarm/queue.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

TEST_CASE("a queue returns its items in order, then none after close()", "[queue]") {
  Queue<std::unique_ptr<int>> queue;
  queue.put(std::make_unique<int>(1));
  queue.put(std::make_unique<int>(2));
  CHECK(queue.size() == 2);
  queue.close();
  CHECK(**queue.get() == 1);
  CHECK(**queue.get(0s) == 2);
  CHECK(queue.get() == std::nullopt);
  CHECK(queue.size() == 0);
  CHECK_THROWS_AS(queue.put(nullptr), std::logic_error);
}

TEST_CASE("get() with a timeout returns none while the queue is empty", "[queue]") {
  Queue<int> queue;
  CHECK(queue.get(0s) == std::nullopt);
  CHECK(queue.get(1ms) == std::nullopt);
  queue.put(7);
  CHECK(queue.get(0s) == 7);
}

TEST_CASE("a bounded queue never holds more than max_size items", "[queue]") {
  constexpr int items = 1000;
  Queue<int> queue(2);
  std::thread producer([&] {
    for (int i = 0; i < items; ++i) queue.put(i);
    queue.close();
  });
  std::size_t max_size = 0;
  std::vector<int> received;
  while (const auto item = queue.get()) {
    received.push_back(*item);
    max_size = std::max(max_size, queue.size());
  }
  producer.join();
  CHECK(max_size <= 2);
  REQUIRE(received.size() == items);
  for (int i = 0; i < items; ++i) CHECK(received[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("close() wakes a producer that waits for room, and all consumers", "[queue]") {
  Queue<int> full(1), empty;
  full.put(1);
  bool refused = false;
  std::thread producer([&] {
    try {
      full.put(2);
    } catch (const std::logic_error&) {
      refused = true;
    }
  });
  std::optional<int> received[2] = {0, 0};
  std::thread first([&] { received[0] = empty.get(); });
  std::thread second([&] { received[1] = empty.get(60s); });
  full.close();
  empty.close();
  producer.join();
  first.join();
  second.join();
  CHECK(refused);
  CHECK(received[0] == std::nullopt);
  CHECK(received[1] == std::nullopt);
}
