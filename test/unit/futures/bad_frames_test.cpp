#include "futures/worker_process.hpp"
#include "ipc/channel_ends.hpp"
#include "ipc/ring.hpp"
#include "posix/pid_fd.hpp"
#include "posix/shared_file.hpp"
#include "posix/shared_memory.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "system/futex_word.hpp"

#include <spritefarm/futures.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

int twice(int x) {
  return 2 * x;
}

/// A worker process at the other end of a channel. The test builds its frames.
class HandFedWorker {
 public:
  static constexpr std::uint32_t slots = 4;

  explicit HandFedWorker(Transport transport) : m_slots(slots) {
    ipc::ChannelEnds ends = ipc::ChannelEnds::make(transport);
    m_channel = std::move(ends.coordinator);
    m_pid = ::fork();
    if (m_pid == 0) {
      ::alarm(60);
      int code = 70;
      try {
        m_channel.reset();
        code = futures::WorkerProcess(ipc::open_channel(transport, std::move(ends.worker)),
                                      ipc::CallSlots(m_slots.memory().duplicate(), slots),
                                      posix::SharedFile().reader(), posix::SharedFile(), 1)
                   .run({});
      } catch (const std::exception&) {
      }
      ::_exit(code);
    }
  }
  ~HandFedWorker() {
    ::kill(m_pid, SIGKILL);
    if (!m_reaped) ::waitpid(m_pid, nullptr, 0);
  }

  ipc::CallSlots& call_slots() { return m_slots; }

  void send(ipc::FrameHeader header, std::string payload) { m_channel->send(header, std::move(payload)); }
  void call(std::uint64_t number, std::string payload, std::uint32_t slot = 0) {
    ipc::FrameHeader header;
    header.kind = ipc::FrameKind::call;
    header.slot = slot;
    header.call = number;
    send(header, std::move(payload));
  }
  /// Offers the call in its slot, then sends it.
  void offer(std::uint64_t number, std::string payload, std::uint32_t slot = 0) {
    m_slots.offer(slot, number);
    call(number, std::move(payload), slot);
  }
  /// The next frame of the worker. None if the worker has ended.
  std::optional<ipc::Frame> answer() {
    const auto process = posix::PidFd::open(m_pid);
    bool has_ended = false;
    while (true) {
      if (auto frame = m_channel->receive()) return frame;
      if (std::exchange(has_ended, true)) return std::nullopt;
      pollfd ready[] = {{process.fd(), POLLIN, 0},
                        {m_channel->receiving_fd(), POLLIN, 0},
                        {m_channel->sending_fd(), POLLOUT, 0}};
      ::poll(ready, m_channel->flush() ? 2 : 3, 60'000);
      has_ended = ready[0].revents != 0;
    }
  }
  int exit_status() {
    int status = -1;
    ::waitpid(m_pid, &status, 0);
    m_reaped = true;
    return status;
  }

 private:
  ipc::CallSlots m_slots;
  std::unique_ptr<ipc::Channel> m_channel;
  pid_t m_pid = -1;
  bool m_reaped = false;
};

std::string good_request(int argument) {
  return detail::encode_request<int (*)(int), int>(&twice, argument);
}
template <typename... Values>
std::string bytes_of(const Values&... values) {
  Encoder to;
  (encode(to, values), ...);
  return std::move(to).take();
}
std::exception_ptr exception_in(const ipc::Frame& frame) {
  Decoder from(frame.payload);
  return decode<std::exception_ptr>(from);
}

// ---- calls that damage the memory and the pipes that they share with the coordinator ---------------------

/// In a worker: its writable non-blocking descriptors whose names begin with `prefix`.
std::vector<int> descriptors(const char* prefix) {
  std::vector<int> found;
  for (int fd = 3; fd < 256; ++fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    char name[64] = {};
    const std::string link = "/proc/self/fd/" + std::to_string(fd);
    if (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && (flags & O_NONBLOCK) &&
        ::readlink(link.c_str(), name, sizeof name - 1) > 0 &&
        std::strncmp(name, prefix, std::strlen(prefix)) == 0)
      found.push_back(fd);
  }
  return found;
}

/// In a worker: the mappings that it shares with the coordinator, in the order of their creation.
struct Mapping {
  char* begin = nullptr;
  std::size_t size = 0;
};
std::vector<Mapping> shared_mappings() {
  std::vector<Mapping> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find("memfd:spritefarm") == std::string::npos) continue;
    unsigned long begin = 0, end = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2)
      found.push_back({reinterpret_cast<char*>(begin), end - begin});
  }
  return found;
}
/// In a worker with rings: the control words of the ring of results (ring.hpp).
constexpr std::size_t ring_capacity = 256 << 10;
char* result_ring() {
  for (const Mapping& mapping : shared_mappings())
    if (mapping.size > ring_capacity) return mapping.begin + ipc::Ring::size_in_memory(ring_capacity);
  ::_exit(3);
}
void send_notifications() {
  for (const int notification : descriptors("pipe:")) (void)!::write(notification, "", 1);
}

void write_and_wait(Transport transport, const std::string& bytes) {
  if (transport == Transport::pipe) {
    const std::vector<int> pipes = descriptors("pipe:");
    if (pipes.size() != 1 ||
        ::write(pipes[0], bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      ::_exit(3);
  } else {
    char* const ring = result_ring();
    auto& written = *reinterpret_cast<std::atomic<std::uint64_t>*>(ring + 64);
    for (std::size_t i = 0; i < bytes.size(); ++i) ring[320 + (written + i) % ring_capacity] = bytes[i];
    written += bytes.size();
    send_notifications();
  }
  while (true) ::pause();
}

/// In a worker: the words of its call slots, two each.
struct Words {
  std::uint64_t* first = nullptr;
  std::size_t count = 0;
};
Words slot_words() {
  for (const Mapping& mapping : shared_mappings())
    if (mapping.size <= ring_capacity)
      return {reinterpret_cast<std::uint64_t*>(mapping.begin), mapping.size / sizeof(std::uint64_t)};
  ::_exit(3);
}
void overwrite_slots(std::uint64_t with) {
  const Words words = slot_words();
  for (std::size_t i = 0; i < words.count; ++i)
    reinterpret_cast<std::atomic<std::uint64_t>*>(words.first)[i].store(with);
}

struct Picky {  // decodes only if its number is not negative
  int number = 0;
};

}  // namespace

template <>
struct spritefarm::Codec<Picky> {
  static void encode(Encoder& to, const Picky& value) { spritefarm::encode(to, value.number); }
  static Picky decode(Decoder& from) {
    const int number = spritefarm::decode<int>(from);
    if (number < 0) throw std::domain_error("a negative Picky");
    return {number};
  }
};

TEST_CASE("a call that cannot be decoded fails, and the worker continues", "[worker][bad]") {
  HandFedWorker worker(GENERATE(Transport::shared_memory, Transport::pipe));
  REQUIRE(worker.answer()->header.kind == ipc::FrameKind::ready);
  const std::string good = good_request(21);
  const std::uint64_t no_code = std::uint64_t{1} << 60;
  const std::vector<std::string> bad{
      bytes_of(detail::FunctionId{0}),
      bytes_of(detail::FunctionId{4'000'000'000}, 1),
      "",
      "x",
      good.substr(0, good.size() - 1),
      good + "x",
      bytes_of(detail::Registered<int (*)(int), int>::id, std::uint32_t{0}, no_code, 21),
      bytes_of(detail::Registered<int (*)(int), int>::id, std::uint32_t{77}, std::uint64_t{0}, 21),
      std::string(100'000, '\xff'),
  };
  std::uint64_t number = 0;
  for (const std::string& payload : bad) {
    CAPTURE(number, payload.size());
    worker.offer(++number, payload);
    const auto answer = worker.answer();
    REQUIRE(answer);
    CHECK(answer->header.kind == ipc::FrameKind::failure);
    CHECK(answer->header.call == number);
    CHECK_THROWS_AS(std::rethrow_exception(exception_in(*answer)), CodecError);
  }
  ipc::FrameHeader header;
  header.kind = ipc::FrameKind::large_call;
  for (const std::string& place :
       {std::string(), std::string(16, '\xff'), bytes_of(std::uint64_t{0}, std::uint64_t{1})}) {
    header.call = ++number;
    worker.call_slots().offer(header.slot, number);
    worker.send(header, place);
    const auto answer = worker.answer();
    REQUIRE(answer);
    CHECK(answer->header.kind == ipc::FrameKind::failure);
    CHECK_THROWS(std::rethrow_exception(exception_in(*answer)));
  }
  worker.offer(++number, good);
  CHECK(worker.answer()->payload == bytes_of(42));
}

TEST_CASE("a worker skips a call that its slot does not offer", "[worker][bad]") {
  HandFedWorker worker(GENERATE(Transport::shared_memory, Transport::pipe));
  REQUIRE(worker.answer()->header.kind == ipc::FrameKind::ready);
  const auto skipped = [&worker](std::uint64_t number) {
    const auto answer = worker.answer();
    return answer && answer->header.kind == ipc::FrameKind::skipped && answer->header.call == number;
  };
  worker.call(1, good_request(1));  // never offered
  CHECK(skipped(1));
  worker.call(2, good_request(1), HandFedWorker::slots);
  CHECK(skipped(2));
  worker.call(3, good_request(1), ~std::uint32_t{0});
  CHECK(skipped(3));
  worker.call_slots().offer(0, 4);
  REQUIRE(worker.call_slots().recall(0, 4));
  worker.call(4, good_request(1));
  CHECK(skipped(4));
  worker.offer(5, good_request(3));
  CHECK(worker.answer()->payload == bytes_of(6));
  worker.call(5, good_request(3));  // started already
  CHECK(skipped(5));
}

TEST_CASE("a worker that receives an invalid frame exits", "[worker][bad]") {
  HandFedWorker worker(GENERATE(Transport::shared_memory, Transport::pipe));
  REQUIRE(worker.answer()->header.kind == ipc::FrameKind::ready);
  ipc::FrameHeader header;
  header.kind = ipc::FrameKind::call;
  SECTION("of another version") {
    header.version = 2;
  }
  SECTION("of an unknown kind") {
    header.kind = static_cast<ipc::FrameKind>(77);
  }
  worker.send(header, "");
  CHECK_FALSE(worker.answer());
  const int status = worker.exit_status();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 70);
}

TEST_CASE("an exception during the decoding of a result is the exception of the future", "[process][bad]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto make = [](int number) { return Picky{number}; };
  CHECK_THROWS_AS(pool.submit(make, -1).result(60s), std::domain_error);
  CHECK(pool.submit(make, 1).result(60s).number == 1);
  CHECK_THROWS_AS(pool.submit([](const Picky& picky) { return picky.number; }, Picky{-1}).result(60s),
                  std::domain_error);
  CHECK(pool.worker_deaths() == 0);
}

TEST_CASE("a worker that writes an invalid frame is killed; its call fails, others do not",
          "[process][bad]") {
  const Transport transport = GENERATE(Transport::shared_memory, Transport::pipe);
  ipc::FrameHeader header;
  std::string payload;
  std::string rest;
  SECTION("random bytes") {
    rest = std::string(1000, '\x5a');
  }
  SECTION("of another version") {
    header.kind = ipc::FrameKind::result;
    header.version = 7;
  }
  SECTION("of an unknown kind") {
    header.kind = static_cast<ipc::FrameKind>(1000);
  }
  SECTION("of an impossible size") {
    header.kind = ipc::FrameKind::result;
    header.size = ~std::uint64_t{0};
  }
  SECTION("of a kind that only the coordinator sends") {
    header.kind = GENERATE(ipc::FrameKind::call, ipc::FrameKind::large_call);
  }
  SECTION("a result of a call that it does not have") {
    header.kind = ipc::FrameKind::result;
    header.call = 1'000'000;
  }
  SECTION("the function table of another program") {
    header.kind = ipc::FrameKind::ready;
    payload = "12345678";
  }
  SECTION("that the running call was skipped") {
    header.kind = ipc::FrameKind::skipped;
    header.call = 1;
  }
  SECTION("a result after an invalid frame, which is ignored") {
    header.kind = ipc::FrameKind::result;
    header.version = 7;
    ipc::FrameHeader forged;
    forged.kind = ipc::FrameKind::result;
    forged.call = 1;
    forged.size = sizeof(int);
    rest = std::string(reinterpret_cast<const char*>(&forged), sizeof forged) + bytes_of(5);
  }
  if (header.kind != ipc::FrameKind{}) {
    if (header.size == 0) header.size = payload.size();
    rest = std::string(reinterpret_cast<const char*>(&header), sizeof header) + payload + rest;
  }
  ProcessPoolExecutor pool{{.max_workers = 2, .transport = transport}};
  Future<void> guilty = pool.submit(write_and_wait, transport, rest);
  std::vector<Future<int>> innocent;
  for (int i = 0; i < 30; ++i) innocent.push_back(pool.submit(twice, i));
  try {
    guilty.result(60s);
    FAIL("no exception");
  } catch (const WorkerDied& error) {
    CHECK(error.how().signal == SIGKILL);
  }
  for (int i = 0; i < 30; ++i) CHECK(innocent[i].result(60s) == 2 * i);
  CHECK(pool.submit(twice, 4).result(60s) == 8);
}

TEST_CASE("a worker that damages its rings is killed; its call fails, others do not", "[process][bad]") {
  // The control word that the worker overwrites: `written` of the results or `read` of the calls.
  const bool of_results = GENERATE(true, false);
  const std::uint64_t word = GENERATE(~std::uint64_t{0}, std::uint64_t{1} << 40, ring_capacity + 1'000'000);
  const posix::SharedMemory memory(sizeof(system::FutexWord));
  static system::FutexWord* damaged;
  damaged = new (memory.data()) system::FutexWord;
  const auto damage = [](bool results, std::uint64_t with) {
    char* const ring = results ? result_ring() : result_ring() - ipc::Ring::size_in_memory(ring_capacity);
    reinterpret_cast<std::atomic<std::uint64_t>*>(ring + (results ? 64 : 128))->store(with);
    damaged->advance();
    if (results) send_notifications();
    while (true) ::pause();
  };
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<void> guilty = pool.submit(damage, of_results, word);
  // The coordinator may kill it between its damage and its report.
  REQUIRE(test::eventually([&] { return damaged->load() > 0 || guilty.done(); }, 60s));
  // Enough bytes to make the coordinator read the position of the calls.
  std::vector<Future<std::size_t>> innocent;
  for (int i = 0; i < 8; ++i)
    innocent.push_back(
        pool.submit([](const std::string& text) { return text.size(); }, std::string(100'000, 'x')));
  CHECK_THROWS_AS(guilty.result(60s), WorkerDied);
  for (Future<std::size_t>& each : innocent) CHECK(each.result(60s) == 100'000);
}

TEST_CASE("an initializer that writes an invalid frame breaks the pool", "[process][bad]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .initializer = [] {
                              write_and_wait(Transport::shared_memory, std::string(100, '\x5a'));
                            }}};
  CHECK_THROWS_AS(pool.submit(twice, 1).result(60s), BrokenProcessPool);
}

TEST_CASE("a result with an invalid payload fails the call", "[process][bad]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto forge = [] {
    ipc::FrameHeader header;
    header.kind = ipc::FrameKind::result;
    header.call = 1;
    header.size = 3;
    write_and_wait(Transport::shared_memory,
                   std::string(reinterpret_cast<const char*>(&header), sizeof header) + "abc");
    return 1;
  };
  CHECK_THROWS_AS(pool.submit(forge).result(60s), CodecError);
  pool.kill_workers();
}

TEST_CASE("a worker that overwrites its call slots affects no other worker, and no call is lost",
          "[process][bad]") {
  const std::uint64_t with = GENERATE(~std::uint64_t{0}, 0u, 1u, 2u, 3u, 5u, 6u, 7u, 9u, 10u, 11u);
  CAPTURE(with);
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto damage = [](std::uint64_t word) {
    overwrite_slots(word);
    return 1;
  };
  Future<int> guilty = pool.submit(damage, with);
  constexpr int calls = 300;
  std::vector<Future<int>> waiting;
  for (int i = 0; i < calls; ++i) waiting.push_back(pool.submit(twice, i));
  int died = 0;  // with the guilty worker: its damaged slots claim that they have started
  for (int i = 0; i < calls; ++i) {
    if (const auto exception = waiting[i].exception(60s)) {
      CHECK_THROWS_AS(std::rethrow_exception(exception), WorkerDied);
      ++died;
    } else {
      CHECK(waiting[i].result() == 2 * i);
    }
  }
  CHECK(died <= 129);  // the number of slots of a worker
  CHECK(guilty.exception(60s) == nullptr);
  CHECK(pool.submit(twice, 4).result(60s) == 8);
}

TEST_CASE("a deadline holds although the slot of the call was overwritten", "[process][bad][deadline]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto damage = [] {
    overwrite_slots(~std::uint64_t{0});
    while (true) ::pause();
  };
  CHECK_THROWS_AS(pool.submit(TaskOptions{.timeout = 50ms}, damage).result(60s), WorkerDied);
  CHECK(pool.submit(twice, 4).result(60s) == 8);
}
