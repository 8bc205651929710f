#include "net/semaphore.hpp"

#include "support/catch.hpp"

#include <spritefarm/task.hpp>

#include <algorithm>
#include <memory>
#include <optional>

using namespace spritefarm;
using namespace std::chrono_literals;
using net::Semaphore;

namespace {

struct Witness {
  int inside = 0;
  int most = 0;
  std::vector<int> order;
};

Task<int> pass(Semaphore& semaphore, Witness& witness, int number) {
  Semaphore::Permit permit(semaphore);
  co_await permit;
  witness.order.push_back(number);
  witness.most = std::max(witness.most, ++witness.inside);
  sleep_for pause(100us);
  co_await pause;
  --witness.inside;
  co_return number;
}

Task<int> hold(Semaphore& semaphore) {
  Semaphore::Permit permit(semaphore);
  co_await permit;
  sleep_for pause(1h);
  co_await pause;
  co_return 0;
}

}  // namespace

TEST_CASE("a semaphore lets so many through at a time, in their order", "[semaphore]") {
  EventLoop loop;
  Semaphore semaphore(loop, 3);
  Witness witness;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(pass(semaphore, witness, i));
  run(loop, when_all(std::move(tasks)));
  CHECK(witness.most == 3);
  CHECK(witness.order.size() == 50);
  CHECK(std::is_sorted(witness.order.begin(), witness.order.end()));
}

TEST_CASE("a semaphore that is widened lets more through", "[semaphore]") {
  EventLoop loop;
  Semaphore semaphore(loop, 1);
  Witness witness;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(pass(semaphore, witness, i));
  Task<std::vector<int>> all = when_all(std::move(tasks));
  all.start([] {});
  semaphore.raise_limit(5);
  semaphore.raise_limit(2);
  loop.run_until([&] { return all.done(); });
  CHECK(witness.most == 5);
  CHECK(std::is_sorted(witness.order.begin(), witness.order.end()));
}

TEST_CASE("who leaves a semaphore's queue, or its inside, before its turn gives the place on",
          "[semaphore]") {
  EventLoop loop;
  Semaphore semaphore(loop, 1);
  Witness witness;
  std::optional<Task<int>> inside(hold(semaphore)), queued(hold(semaphore)), admitted(hold(semaphore));
  Task<int> last = pass(semaphore, witness, 1);
  inside->start([] {});
  queued->start([] {});
  admitted->start([] {});
  last.start([] {});
  queued.reset();
  inside.reset();    // admits `admitted`,
  admitted.reset();  // which goes before it was resumed
  loop.run_until([&] { return last.done(); });
  CHECK(last.take() == 1);
}
