#include "support/catch.hpp"

#include <spritefarm/futures.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

using namespace spritefarm;

namespace {

std::mutex s_mutex;
std::vector<std::string> s_messages;
char* s_shared = nullptr;  // what a worker process writes, the test reads

void keep(std::string_view message) noexcept {
  const std::lock_guard lock(s_mutex);
  s_messages.emplace_back(message);
  if (s_shared) std::memcpy(s_shared, message.data(), std::min<std::size_t>(message.size(), 4095));
}

/// Sets the handler for the lifetime of this object.
struct Keeping {
  MessageHandler before = set_message_handler(keep);
  Keeping() { s_messages.clear(); }
  ~Keeping() { set_message_handler(before); }
};

}  // namespace

TEST_CASE("a message handler takes what a callback throws, and the start of a thread pool that fails",
          "[executor]") {
  CHECK(set_message_handler(keep) == nullptr);
  CHECK(set_message_handler(nullptr) == keep);
  CHECK(set_message_handler(nullptr) == nullptr);

  const Keeping keeping;
  SerialExecutor serial;
  serial.submit([] {}).add_done_callback([](const auto&) { throw std::runtime_error("on purpose"); });
  CHECK(s_messages == std::vector<std::string>{"a done callback of a future threw: on purpose"});
  s_messages.clear();

  ThreadPoolExecutor threads{
      {.max_workers = 1, .initializer = [] { throw std::runtime_error("no licence"); }}};
  CHECK_THROWS_AS(threads.submit([] {}).result(), BrokenThreadPool);
  CHECK(s_messages ==
        std::vector<std::string>{
            "a worker thread could not start: its initializer threw std::runtime_error: no licence"});
}

TEST_CASE("a worker process reports to the message handler of its fork", "[process]") {
  s_shared =
      static_cast<char*>(::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  REQUIRE(s_shared != MAP_FAILED);
  {
    const Keeping keeping;
    ProcessPoolExecutor pool{{.max_workers = 1}};
    pool.submit([] {
          Future<int> done = SerialExecutor().submit([] { return 1; });
          done.add_done_callback([](const auto&) { throw std::runtime_error("in a worker"); });
        })
        .result();
    CHECK(s_shared == std::string("a done callback of a future threw: in a worker"));
    CHECK(s_messages.empty());
  }
  ::munmap(s_shared, 4096);
  s_shared = nullptr;
}
