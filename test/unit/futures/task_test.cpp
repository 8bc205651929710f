#include "support/catch.hpp"

#include <spritefarm/task.hpp>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

Task<int> after(EventLoop::Clock::duration delay, int value) {
  co_await sleep_for(delay);
  co_return value;
}

Task<int> failing() {
  co_await sleep_for(1ms);
  throw std::runtime_error("on purpose");
}

}  // namespace

TEST_CASE("run returns the result of a task, or throws its exception", "[task]") {
  EventLoop loop;
  CHECK(run(loop, after(1ms, 7)) == 7);
  CHECK_THROWS_AS(run(loop, failing()), std::runtime_error);
}

TEST_CASE("when_all runs its tasks concurrently and keeps their order", "[task]") {
  EventLoop loop;
  auto many = []() -> Task<int> {
    std::vector<Task<int>> tasks;
    for (int i = 0; i < 100; ++i) tasks.push_back(after((100 - i) * 10us, i));
    const std::vector<int> results = co_await when_all(std::move(tasks));
    int in_order = 0;
    for (int i = 0; i < 100; ++i) in_order += results.at(i) == i;
    co_return in_order;
  };
  CHECK(run(loop, many()) == 100);
}

TEST_CASE("when_all waits for all of its tasks before it throws", "[task]") {
  EventLoop loop;
  auto slow_ended = std::make_shared<bool>(false);
  auto slow = [](std::shared_ptr<bool> ended) -> Task<int> {
    co_await sleep_for(5ms);
    *ended = true;
    co_return 0;
  };
  std::vector<Task<int>> tasks;
  tasks.push_back(failing());
  tasks.push_back(slow(slow_ended));
  CHECK_THROWS_AS(run(loop, when_all(std::move(tasks))), std::runtime_error);
  CHECK(*slow_ended);
}

TEST_CASE("a temporary task owns the arguments that are moved into it", "[task]") {
  EventLoop loop;
  const auto token = std::make_shared<int>(7);
  struct Request {  // an aggregate: GCC 12 would destroy it twice if it were created in the co_await
                    // expression
    std::shared_ptr<int> value;
    std::vector<std::string> texts;
  };
  auto use = [](Request request) -> Task<int> {
    co_await sleep_for(1ms);
    co_return *request.value + static_cast<int>(request.texts.size());
  };
  auto outer = [&]() -> Task<int> {
    Request request{token, {"a text that does not fit into the string itself"}};
    const int result = co_await use(std::move(request));
    co_return result + static_cast<int>(token.use_count());
  };
  CHECK(run(loop, outer()) == 9);
  CHECK(token.use_count() == 1);
}

TEST_CASE("destroying a suspended task runs the destructors of its locals", "[task]") {
  EventLoop loop;
  const auto token = std::make_shared<int>(0);
  {
    auto waits = [](std::shared_ptr<int> held) -> Task<int> {
      co_await sleep_for(1h);
      co_return *held;
    };
    std::vector<Task<int>> tasks;
    tasks.push_back(waits(token));
    tasks.push_back(waits(token));
    Task<std::vector<int>> all = when_all(std::move(tasks));
    all.start([] {});
    CHECK(token.use_count() == 3);
  }
  CHECK(token.use_count() == 1);
}
