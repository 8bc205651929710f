#include "futures/large_place.hpp"
#include "futures/large_requests.hpp"
#include "futures/large_results.hpp"
#include "ipc/frame.hpp"
#include "posix/fork.hpp"
#include "posix/mapping.hpp"
#include "posix/process_memory.hpp"
#include "posix/shared_file.hpp"
#include "support/call_filter.hpp"
#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/sanitizers.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/futures.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;
using futures::LargePlace;
using futures::LargeRequests;

namespace {

constexpr std::size_t limit = detail::max_sent_bytes;
constexpr std::size_t large = limit + 100'000;

std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::uint32_t i = 0; i + sizeof i <= size; i += sizeof i) {
    const std::uint32_t word = i * 2654435761u + 1;
    std::memcpy(text.data() + i, &word, sizeof word);
  }
  return text;
}

std::size_t hash_of(std::string_view bytes) {
  return std::hash<std::string_view>()(bytes);
}
std::size_t hash_of_string(const std::string& bytes) {
  return hash_of(bytes);
}

/// The memory that a file takes, in bytes.
std::uint64_t memory_of(const posix::Fd& file) {
  struct stat status {};
  REQUIRE(::fstat(file.get(), &status) == 0);
  return static_cast<std::uint64_t>(status.st_blocks) * 512;
}

posix::Mapping read_only(const posix::Fd& file, std::uint64_t offset, std::size_t size) {
  return {file, offset, size, posix::Mapping::Access::read};
}

/// What a forked child returns.
int in_child(const std::function<int()>& body) {
  const pid_t child = posix::fork_child([&] {
    ::alarm(60);
    return body();
  });
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::size_t misaligned(std::string_view, std::span<const double> numbers,
                       std::span<const std::uint16_t> words) {
  const auto rest = [](const auto* at) {
    return reinterpret_cast<std::uintptr_t>(at) % alignof(decltype(*at));
  };
  return rest(numbers.data()) + rest(words.data());
}

Task<long> sum_after_a_pause(std::span<const int> numbers) {
  long sum = 0;
  for (int part = 0; part < 4; ++part) {
    co_await sleep_for(1ms);
    const auto quarter =
        numbers.subspan(numbers.size() / 4 * static_cast<std::size_t>(part), numbers.size() / 4);
    sum = std::accumulate(quarter.begin(), quarter.end(), sum);
  }
  co_return sum;
}

/// What a descriptor of this process refers to.
std::string target_of(int fd) {
  char target[64] = {};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return ::readlink(link.c_str(), target, sizeof target - 1) > 0 ? target : "";
}

/// In a worker: its descriptor of a file of large bytes, which has no size: that of requests cannot write,
/// that of results can.
int large_file(int access) {
  for (int fd = 3; fd < 256; ++fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (flags >= 0 && (flags & O_ACCMODE) == access && (seals & F_SEAL_SHRINK) && !(seals & F_SEAL_GROW) &&
        target_of(fd).starts_with("/memfd:spritefarm"))
      return fd;
  }
  return -1;
}
int request_descriptor() {
  return large_file(O_RDONLY);
}

std::string echo(std::string text) {
  return text;
}

struct Unfinished {  // its codec writes much and throws
  bool throws = false;
};

}  // namespace

template <>
struct spritefarm::Codec<Unfinished> {
  static void encode(Encoder& to, const Unfinished& value) {
    spritefarm::encode(to, text_of(large));
    if (value.throws) throw std::domain_error("unfinished");
  }
  static Unfinished decode(Decoder& from) { return {spritefarm::decode<std::string>(from).empty()}; }
};

TEST_CASE("large arguments reach their functions unchanged, around the limit of what is sent",
          "[process][large]") {
  ProcessPoolExecutor pool{
      {.max_workers = 2, .transport = GENERATE(Transport::shared_memory, Transport::pipe)}};
  for (const std::size_t size : {limit - 12, limit - 11, limit + 1, large + 3}) {
    CAPTURE(size);
    const std::string text = text_of(size);
    const std::size_t hash = hash_of(text);
    CHECK(pool.submit(hash_of, text).result(60s) == hash);
    CHECK(pool.submit(hash_of, std::string_view(text)).result(60s) == hash);
    CHECK(pool.submit(hash_of, text.c_str()).result(60s) == hash_of(text.c_str()));
    CHECK(pool.submit(hash_of_string, text).result(60s) == hash);
    const std::vector<char> bytes(text.begin(), text.end());
    const auto hash_of_span = [](std::span<const char> of) { return hash_of({of.data(), of.size()}); };
    CHECK(pool.submit(hash_of_span, bytes).result(60s) == hash);
    CHECK(pool.submit(hash_of_span, std::span(bytes)).result(60s) == hash);
    CHECK(pool.submit(
                  [](const auto& of) {
                    return hash_of({of.data(), of.size()});
                  },
                  std::span(bytes))
              .result(60s) == hash);
  }
}

TEST_CASE("a call with several large arguments gets each of them", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto hashes = [](std::string_view first, int number, const std::string& second,
                         std::string_view third) {
    return std::vector<std::size_t>{hash_of(first), static_cast<std::size_t>(number), hash_of(second),
                                    hash_of(third)};
  };
  const std::string a = text_of(limit / 2), b = text_of(limit / 2), c = text_of(1000);
  CHECK(pool.submit(hashes, a, 7, b, c).result(60s) ==
        std::vector<std::size_t>{hash_of(a), 7, hash_of(b), hash_of(c)});
}

TEST_CASE("the elements that a span shows are aligned", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  for (const std::size_t size : {std::size_t{3}, large + 5}) {
    const std::vector<double> numbers(size, 1.5);
    const std::vector<std::uint16_t> words(3, 7);
    CHECK(pool.submit(misaligned, "odd", numbers, words).result(60s) == 0);
  }
}

TEST_CASE("a coroutine reads a large argument until it ends", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .worker_concurrency = 8}};
  std::vector<Future<long>> sums;
  for (int i = 0; i < 8; ++i)
    sums.push_back(pool.submit(sum_after_a_pause, std::vector<int>(i % 2 == 0 ? 8 : large / 4, i)));
  for (int i = 0; i < 8; ++i)
    CHECK(sums[static_cast<std::size_t>(i)].result(60s) == i * static_cast<long>(i % 2 == 0 ? 8 : large / 4));
}

TEST_CASE("a large call that is retried gets the same arguments", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const std::string text = text_of(large);
  const test::TempDir folder;
  const auto die_once = [](std::string_view bytes, const std::string& path) {
    const int fd = ::open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd >= 0) ::raise(SIGKILL);
    return hash_of(bytes);
  };
  CHECK(pool.submit(TaskOptions{.retries = 1}, die_once, text, folder / "died").result(60s) == hash_of(text));
  CHECK(pool.worker_deaths() == 1);
}

TEST_CASE("a worker can read the memory of large requests, and cannot change it", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto attack = [](std::string_view bytes) {
    const int fd = request_descriptor();
    if (fd < 0) return std::string("not found");
    if (::pwrite(fd, "x", 1, 0) >= 0 || ::ftruncate(fd, 0) >= 0) return std::string("written");
    if (::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
      return std::string("mapped");
    if (::mprotect(const_cast<char*>(bytes.data() - reinterpret_cast<std::uintptr_t>(bytes.data()) % 4096),
                   4096, PROT_READ | PROT_WRITE) >= 0)
      return std::string("made writable");
    return std::string("refused");
  };
  CHECK(pool.submit(attack, text_of(large)).result(60s) == "refused");
}

TEST_CASE("while files have a limit of size, large arguments and results are sent", "[process][large]") {
  CHECK(in_child([] {
          const rlimit small{8 << 20, RLIM_INFINITY};
          if (::setrlimit(RLIMIT_FSIZE, &small) < 0) return 1;
          ProcessPoolExecutor pool{{.max_workers = 1}};
          const std::string text = text_of(large);
          return pool.submit(echo, text).result(60s) == text ? 0 : 2;
        }) == 0);
}

TEST_CASE("a worker that may not ask for its limits sends large results", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .initializer = [] {
                              if (!test::refuse_call({SYS_prlimit64, EPERM})) ::_exit(3);
                            }}};
  CHECK((pool.submit(text_of, large).result(60s) == text_of(large)));
}

TEST_CASE("large requests take memory until they are done", "[process][large]") {
  const auto memory = std::make_shared<LargeRequests>();
  const posix::Fd reader = memory->reader();
  const std::string text = text_of(large);
  std::vector<std::shared_ptr<detail::LargeBytes>> requests;
  for (int i = 0; i < 3; ++i) {
    requests.push_back(memory->make());
    requests.back()->append("begin");
    requests.back()->append(text);
  }
  CHECK(memory_of(reader) >= 3 * large);
  const LargePlace place = LargePlace::decode(requests[1]->place());
  requests.erase(requests.begin());
  CHECK(memory_of(reader) < 2 * large + limit / 2);
  CHECK(read_only(reader, place.offset, place.size).bytes() == "begin" + text);
  requests.clear();
  CHECK(memory_of(reader) == 0);
  requests.push_back(memory->make());  // where one was before
  requests.back()->append("new");
  const LargePlace reused = LargePlace::decode(requests[0]->place());
  CHECK(read_only(reader, reused.offset, reused.size).bytes() == "new");
}

#if !UNDER_ADDRESS_SANITIZER && !UNDER_THREAD_SANITIZER
TEST_CASE("a large argument that its function views lies in memory once", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto private_memory = [](std::span<const double> numbers) {
    if (std::accumulate(numbers.begin(), numbers.end(), 0.0) < 0) return std::size_t{0};
    std::ifstream statm("/proc/self/statm");
    std::size_t all = 0, resident = 0, shared = 0;
    statm >> all >> resident >> shared;
    return (resident - shared) * 4096;
  };
  const std::size_t worker_before = pool.submit(private_memory, std::vector<double>(1)).result(60s);
  const std::vector<double> numbers(8 << 20, 1.5);
  const std::size_t before = posix::resident_memory(::getpid()).value();
  Future<std::size_t> call = pool.submit(private_memory, std::span(numbers));
  CHECK(posix::resident_memory(::getpid()).value() < before + (8 << 20));
  CHECK(call.result(60s) < worker_before + (8 << 20));
}
#endif

TEST_CASE("a done call gives up its large request, though its future lives", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto memory_here = [](std::string_view) {
    struct stat status {};
    return ::fstat(request_descriptor(), &status) == 0 ? status.st_blocks * 512L : -1L;
  };
  std::vector<Future<long>> done;
  for (int i = 0; i < 5; ++i) {
    done.push_back(pool.submit(memory_here, text_of(large)));
    const long taken = done.back().result(60s);
    CHECK(taken >= static_cast<long>(large));
    CHECK(taken < static_cast<long>(3 * large));  // perhaps the one before, too, for a moment
  }
}

TEST_CASE("a forked child leaves the large requests of its parent alone", "[process][large]") {
  const auto memory = std::make_shared<LargeRequests>();
  auto request = memory->make();
  request->append("of the parent");
  const LargePlace place = LargePlace::decode(request->place());
  CHECK(in_child([&] {
          request.reset();
          return memory->make() ? 1 : 0;
        }) == 0);
  CHECK(read_only(memory->reader(), place.offset, place.size).bytes() == "of the parent");
}

TEST_CASE("a place outside the memory of large requests is an error", "[process][large]") {
  const auto memory = std::make_shared<LargeRequests>();
  const auto request = memory->make();
  request->append("here");
  const posix::Fd reader = memory->reader();
  CHECK_THROWS_AS(LargePlace::decode(""), ipc::CorruptFrame);
  CHECK_THROWS_AS(LargePlace::decode(std::string(17, 'x')), ipc::CorruptFrame);
  CHECK_THROWS_AS(read_only(reader, 0, 5), std::system_error);
  CHECK_THROWS_AS(read_only(reader, 4096, 1), std::system_error);
  CHECK_THROWS_AS(read_only(reader, ~std::uint64_t{0}, 2), std::system_error);
  CHECK_THROWS_AS(read_only(reader, 0, ~std::size_t{0}), std::system_error);
}

TEST_CASE("large results come back unchanged, around the limit of what is sent", "[process][large]") {
  ProcessPoolExecutor pool{
      {.max_workers = 2, .transport = GENERATE(Transport::shared_memory, Transport::pipe)}};
  const auto later = [](std::size_t size) -> Task<std::string> {
    co_await sleep_for(0s);
    co_return text_of(size);
  };
  for (const std::size_t size : {limit - 8, limit - 7, large}) {
    CAPTURE(size);
    const std::string text = text_of(size);
    CHECK((pool.submit(text_of, size).result(60s) == text));
    CHECK((pool.submit(later, size).result(60s) == text));
    CHECK((pool.submit(echo, text).result(60s) == text));
  }
  const auto numbers = [](std::size_t count) { return std::vector<double>(count, 1.5); };
  CHECK((pool.submit(numbers, large / 8).result(60s) == std::vector<double>(large / 8, 1.5)));
}

TEST_CASE("a large result takes memory until it is read", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  const auto memory_here = [] {
    struct stat status {};
    return ::fstat(large_file(O_RDWR), &status) == 0 ? status.st_blocks * 512L : -1L;
  };
  std::vector<Future<std::string>> results;
  for (int i = 0; i < 4; ++i) results.push_back(pool.submit(text_of, large));
  for (auto& result : results) CHECK(result.result(60s).size() == large);
  CHECK(test::eventually([&] { return pool.submit(memory_here).result(60s) == 0; }));
  CHECK_THROWS_AS(pool.submit([] { return Unfinished{true}; }).result(60s), std::domain_error);
  CHECK(pool.submit(memory_here).result(60s) == 0);
  CHECK_THROWS_AS(pool.submit([](const Unfinished&) {}, Unfinished{true}).result(60s), std::domain_error);
  CHECK_FALSE(pool.submit([] { return Unfinished{}; }).result(60s).throws);
}

TEST_CASE("a large result of a worker that dies behind it arrives", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1}};
  Future<std::string> first = pool.submit(text_of, large);
  Future<void> second = pool.submit([] { ::raise(SIGKILL); });
  CHECK(first.result(60s) == text_of(large));
  CHECK_THROWS_AS(second.result(60s), WorkerDied);
}

TEST_CASE("max_result_size holds for large results", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .max_result_size = large}};
  CHECK_THROWS_AS(pool.submit(text_of, large).result(60s), WorkerDied);
  CHECK(pool.submit(text_of, large - 8).result(60s).size() == large - 8);
}

TEST_CASE("a worker that lies about a large result is killed, and nothing else fails", "[process][large]") {
  ProcessPoolExecutor pool{{.max_workers = 1, .transport = Transport::pipe}};
  const auto lie = [](std::uint64_t offset, std::uint64_t size, bool with_hole) {
    const int file = large_file(O_RDWR);
    if (with_hole && ::ftruncate(file, 1L << 40) < 0) ::_exit(3);
    if (::ftruncate(file, 0) == 0 && with_hole) ::_exit(4);  // sealed
    for (int fd = 3; fd < 256; ++fd) {
      if ((::fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY || !target_of(fd).starts_with("pipe:")) continue;
      ipc::FrameHeader header;
      header.kind = ipc::FrameKind::large_result;
      header.call = 1;  // any: the place is checked first
      const std::string place = LargePlace{offset, size}.encoded();
      header.size = place.size();
      (void)!::write(fd, &header, sizeof header);
      (void)!::write(fd, place.data(), place.size());
    }
    while (true) ::pause();
  };
  const bool with_hole = GENERATE(false, true);
  CHECK_THROWS_AS(pool.submit(lie, 0, 1 << 20, with_hole).result(60s), WorkerDied);
  CHECK_THROWS_AS(pool.submit(lie, std::uint64_t{1} << 62, 1, with_hole).result(60s), WorkerDied);
  CHECK(pool.submit(text_of, 10).result(60s) == text_of(10));
}

TEST_CASE("what a decoder has checked in a large result stays so", "[codec][large]") {
  std::string bytes = "a name, and more";
  Decoder from(bytes, detail::BytesIn::result);
  const std::string_view name = from.view(6);
  bytes.assign(bytes.size(), 'x');
  CHECK(name == "a name");
}
