#include "ipc/ring.hpp"

#include "ipc/frame.hpp"
#include "posix/shared_memory.hpp"
#include "support/catch.hpp"

#include <poll.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>

using namespace spritefarm;
using ipc::Ring;

namespace {

constexpr std::uint32_t capacity = 64;

bool is_notified(const posix::SharedNotification& notification) {
  pollfd ready{notification.fd().get(), POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

/// Both sides of a ring, in one process.
struct TwoSides {
  explicit TwoSides(std::uint32_t size = capacity)
      : memory(Ring::size_in_memory(size)),
        writer((Ring::format(memory.data(), size), memory.data()), size),
        reader(memory.data(), size) {}

  std::size_t write(std::string_view first, std::string_view second = {}) {
    return writer.write_some(first, second, reader_notification);
  }
  std::string read(std::size_t max_size) {
    std::string got(max_size, '\0');
    got.resize(reader.read_some(got.data(), max_size, writer_notification));
    return got;
  }
  std::atomic<std::uint64_t>& word(std::size_t offset) {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(static_cast<char*>(memory.data()) + offset);
  }

  posix::SharedMemory memory;
  posix::SharedNotification reader_notification, writer_notification;
  Ring writer, reader;
};

}  // namespace

TEST_CASE("a ring returns all bytes that were written, over many rounds", "[ring]") {
  TwoSides sides;
  std::string sent, received;
  for (int i = 0; i < 1000; ++i) {
    const std::string first(i % 41, static_cast<char>('a' + i % 26));
    const std::string second(i % 23, static_cast<char>('A' + i % 26));
    REQUIRE(sides.write(first, second) == first.size() + second.size());
    sent += first + second;
    while (true) {
      const std::string got = sides.read(1 + i % 30);
      if (got.empty()) break;
      received += got;
    }
  }
  CHECK(received == sent);
}

TEST_CASE("a ring accepts bytes only while it has room", "[ring]") {
  TwoSides sides;
  const std::string many(100, 'x');
  CHECK(sides.write(many.substr(0, 10), many) == capacity);
  CHECK(sides.write("y") == 0);
  CHECK(sides.read(20).size() == 20);
  CHECK(sides.write("abcdefghij", "klmnopqrstuvwxyz") == 20);
  const std::string before_the_end = sides.read(1000);
  CHECK(before_the_end + sides.read(1000) == std::string(44, 'x') + "abcdefghijklmnopqrst");
  CHECK(sides.read(1000).empty());
}

TEST_CASE("a ring notifies once, and only a side that waits", "[ring]") {
  TwoSides sides;
  CHECK(sides.write("0") == 1);
  CHECK(is_notified(sides.reader_notification));  // the reader has not read yet
  sides.reader_notification.clear();
  CHECK(sides.write("a") == 1);
  CHECK_FALSE(is_notified(sides.reader_notification));
  CHECK(sides.read(1) == "0");
  CHECK(sides.read(10) == "a");
  CHECK_FALSE(is_notified(sides.writer_notification));
  CHECK(sides.read(10).empty());
  CHECK(sides.write("b") == 1);
  CHECK(is_notified(sides.reader_notification));
  sides.reader_notification.clear();
  CHECK(sides.write("c") == 1);
  CHECK_FALSE(is_notified(sides.reader_notification));
  const std::string many(100, 'x');
  CHECK(sides.write(many) == capacity - 2);
  CHECK(sides.read(1) == "b");
  CHECK(is_notified(sides.writer_notification));
  sides.writer_notification.clear();
  CHECK(sides.read(1) == "c");
  CHECK_FALSE(is_notified(sides.writer_notification));
}

TEST_CASE("a ring with impossible positions is corrupt", "[ring][bad]") {
  const std::uint64_t offset = GENERATE(64u, 128u);  // written, read
  const std::uint64_t position =
      GENERATE(std::uint64_t{capacity} + 41, ~std::uint64_t{0}, std::uint64_t{1} << 63);
  TwoSides sides;
  CHECK(sides.write(std::string(40, 'x')) == 40);
  CHECK(sides.read(40).size() == 40);
  sides.word(offset) = position;
  if (offset == 64)
    CHECK_THROWS_AS(sides.read(10), ipc::CorruptFrame);
  else
    CHECK_THROWS_AS((sides.write(std::string(64, 'x')), sides.write("y")), ipc::CorruptFrame);
}

TEST_CASE("a ring with another version or size is refused", "[ring][bad]") {
  TwoSides sides;
  CHECK_THROWS_AS(Ring(sides.memory.data(), 2 * capacity), ipc::CorruptFrame);
  *static_cast<std::uint32_t*>(sides.memory.data()) = 2;
  CHECK_THROWS_AS(Ring(sides.memory.data(), capacity), ipc::CorruptFrame);
}

TEST_CASE("a ring between two sleeping threads loses no byte and no notification", "[ring]") {
  const std::uint32_t size = GENERATE(64u, 4096u);
  TwoSides sides(size);
  constexpr std::size_t whole = 300'000;
  const auto wait_for = [](posix::SharedNotification& notification) {
    pollfd ready{notification.fd().get(), POLLIN, 0};
    const bool notified = ::poll(&ready, 1, 60'000) == 1;
    notification.clear();
    return notified;
  };
  std::atomic<bool> writer_was_woken = true;
  std::thread writing([&] {
    std::minstd_rand random(1);
    std::string chunk;
    for (std::size_t sent = 0; sent < whole && writer_was_woken;) {
      chunk.assign(std::min<std::size_t>(1 + random() % 300, whole - sent), '\0');
      for (std::size_t i = 0; i < chunk.size(); ++i) chunk[i] = static_cast<char>((sent + i) * 7);
      std::string_view rest = chunk;
      while (!rest.empty() && writer_was_woken) {
        const std::size_t taken = sides.write(rest.substr(0, rest.size() / 2), rest.substr(rest.size() / 2));
        rest.remove_prefix(taken);
        if (!rest.empty() && !wait_for(sides.writer_notification)) writer_was_woken = false;
      }
      sent += chunk.size();
    }
  });
  std::minstd_rand random(2);
  std::size_t received = 0, wrong = 0;
  bool reader_was_woken = true;
  while (received < whole && reader_was_woken) {
    const std::string got = sides.read(1 + random() % 500);
    for (const char each : got) wrong += each != static_cast<char>(received++ * 7);
    if (got.empty()) reader_was_woken = wait_for(sides.reader_notification);
  }
  writing.join();
  CHECK(reader_was_woken);
  CHECK(writer_was_woken);
  CHECK(received == whole);
  CHECK(wrong == 0);
}
