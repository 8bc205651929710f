// executor.ExecutorTest, except map()

#include "conformance/executors.hpp"
#include "support/catch.hpp"

#include <atomic>

using namespace spritefarm;
using namespace spritefarm::test;

namespace {

std::string describe(const std::string& name, int count, const std::vector<int>& sizes, bool loud) {
  std::string text = name + std::to_string(count);
  for (const int size : sizes) text += "," + std::to_string(size);
  return loud ? text + "!" : text;
}

/// A function object that counts the objects of its type in its process. The destruction of a copy that was
/// called counts as an arrival at `gone`.
class Callable {
 public:
  explicit Callable(GateRef gone) : m_gone(gone) { ++live; }
  Callable(const Callable& other) : m_gone(other.m_gone), m_called(other.m_called) { ++live; }
  Callable(Callable&& other) noexcept : m_gone(other.m_gone), m_called(std::exchange(other.m_called, false)) {
    ++live;
  }
  Callable& operator=(const Callable&) = delete;
  ~Callable() {
    --live;
    if (m_called) m_gone.arrive();
  }
  void operator()() { m_called = true; }

  static inline std::atomic<int> live{0};

 private:
  friend struct spritefarm::Codec<Callable>;
  GateRef m_gone;
  bool m_called = false;
};

}  // namespace

template <>
struct spritefarm::Codec<Callable> {
  static void encode(Encoder& to, const Callable& callable) { spritefarm::encode(to, callable.m_gone); }
  static Callable decode(Decoder& from) { return Callable(spritefarm::decode<GateRef>(from)); }
};

TEMPLATE_TEST_CASE("test_submit", "[executor]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const Future<int> future = executor->submit(multiply, 2, 8);
  CHECK(future.result(a_minute) == 16);
}

// C++ has no keyword arguments. This tests that every argument arrives as it was passed.
TEMPLATE_TEST_CASE("test_submit_keyword", "[executor]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> sizes{1, 2};
  CHECK(executor->submit(describe, "pool", 3, sizes, false).result(a_minute) == "pool3,1,2");
  CHECK(executor->submit(describe, std::string_view("pool"), short{3}, std::vector<int>{7}, true)
            .result(a_minute) == "pool3,7!");
  // The call has its own copy of an lvalue, so a later change of the lvalue has no effect.
  Gate gate;
  std::string name = "before";
  const Future<std::string> future = executor->submit(describe, name, 1, sizes, false);
  name = "after";
  CHECK(future.result(a_minute) == "before1,1,2");
  if constexpr (!TestType::forks) {
    // A call within the process can have a move-only argument.
    auto only_movable = std::make_unique<int>(42);
    CHECK(executor->submit([](std::unique_ptr<int> number) { return *number; }, std::move(only_movable))
              .result(a_minute) == 42);
  }
}

TEMPLATE_TEST_CASE("test_shutdown_race_issue12456", "[executor]", EVERY_EXECUTOR) {
  const auto executor = TestType::make();
  const std::vector<int> items(worker_count + 1, 2);
  auto results = executor->map(absolute, items);
  executor->shutdown();
  int count = 0;
  while (const auto result = results.next()) count += *result == 2;
  CHECK(count == worker_count + 1);
}

TEMPLATE_TEST_CASE("test_no_stale_references", "[executor]", EVERY_EXECUTOR) {
  Gate gone;
  const int before = Callable::live;
  const auto executor = TestType::make();
  executor->submit(Callable(gone.ref()));  // the future is dropped
  gone.wait_for_arrivals(1);               // the worker destroys its copy while the executor exists
  CHECK(eventually([before] { return Callable::live == before; }));
  executor->submit(multiply, 1, 1).result(a_minute);
}

TEMPLATE_TEST_CASE("test_max_workers_negative", "[executor]", EVERY_LOCAL_POOL) {
  for (const int number : {0, -1}) {
    CAPTURE(number);
    std::string message;
    try {
      TestType::make({.max_workers = number});
    } catch (const std::invalid_argument& error) {
      message = error.what();
    }
    CHECK(message.find("max_workers must be at least 1") != std::string::npos);
  }
}
