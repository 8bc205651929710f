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

struct Record {
  int held = 0;
  int max_held = 0;
  std::vector<int> order;
};

Task<int> pass(Semaphore& semaphore, Record& record, int number) {
  Semaphore::Permit permit(semaphore);
  co_await permit;
  record.order.push_back(number);
  record.max_held = std::max(record.max_held, ++record.held);
  sleep_for pause(100us);
  co_await pause;
  --record.held;
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

TEST_CASE("a semaphore grants its permits in order, up to its limit", "[semaphore]") {
  EventLoop loop;
  Semaphore semaphore(loop, 3);
  Record record;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(pass(semaphore, record, i));
  run(loop, when_all(std::move(tasks)));
  CHECK(record.max_held == 3);
  CHECK(record.order.size() == 50);
  CHECK(std::is_sorted(record.order.begin(), record.order.end()));
}

TEST_CASE("a greater limit grants more permits, a smaller one takes none away", "[semaphore]") {
  EventLoop loop;
  Semaphore semaphore(loop, 1);
  Record record;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(pass(semaphore, record, i));
  Task<std::vector<int>> all = when_all(std::move(tasks));
  all.start([] {});
  semaphore.set_limit(5);
  loop.run_until([&] { return record.max_held == 5; });
  CHECK(semaphore.is_exhausted());
  semaphore.set_limit(2);
  loop.run_until([&] { return all.done(); });
  CHECK(record.max_held == 5);
  CHECK(std::is_sorted(record.order.begin(), record.order.end()));
}

TEST_CASE("a destroyed waiter or holder passes its permit on", "[semaphore]") {
  EventLoop loop;
  Semaphore semaphore(loop, 1);
  Record record;
  std::optional<Task<int>> holder(hold(semaphore)), queued(hold(semaphore)), granted(hold(semaphore));
  Task<int> last = pass(semaphore, record, 1);
  holder->start([] {});
  queued->start([] {});
  granted->start([] {});
  last.start([] {});
  queued.reset();
  holder.reset();   // grants the permit to `granted`,
  granted.reset();  // which is destroyed before it is resumed
  loop.run_until([&] { return last.done(); });
  CHECK(last.take() == 1);
}
