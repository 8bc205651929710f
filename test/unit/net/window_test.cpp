#include "net/window.hpp"

#include "support/catch.hpp"

#include <spritefarm/task.hpp>

#include <algorithm>
#include <memory>
#include <optional>

using namespace spritefarm;
using namespace std::chrono_literals;
using net::Window;

namespace {

struct Witness {
  int inside = 0;
  int most = 0;
  std::vector<int> order;
};

Task<int> pass(Window& window, Witness& witness, int number) {
  Window::Slot slot(window);
  co_await slot;
  witness.order.push_back(number);
  witness.most = std::max(witness.most, ++witness.inside);
  sleep_for pause(100us);
  co_await pause;
  --witness.inside;
  co_return number;
}

Task<int> hold(Window& window) {
  Window::Slot slot(window);
  co_await slot;
  sleep_for pause(1h);
  co_await pause;
  co_return 0;
}

}  // namespace

TEST_CASE("a window lets so many through at a time, in their order", "[window]") {
  EventLoop loop;
  Window window(loop, 3);
  Witness witness;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 50; ++i) tasks.push_back(pass(window, witness, i));
  run(loop, when_all(std::move(tasks)));
  CHECK(witness.most == 3);
  CHECK(witness.order.size() == 50);
  CHECK(std::is_sorted(witness.order.begin(), witness.order.end()));
}

TEST_CASE("a window that is widened lets more through", "[window]") {
  EventLoop loop;
  Window window(loop, 1);
  Witness witness;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 20; ++i) tasks.push_back(pass(window, witness, i));
  Task<std::vector<int>> all = when_all(std::move(tasks));
  all.start([] {});
  window.widen(5);
  window.widen(2);
  loop.run_until([&] { return all.done(); });
  CHECK(witness.most == 5);
  CHECK(std::is_sorted(witness.order.begin(), witness.order.end()));
}

TEST_CASE("who leaves a window's queue, or its inside, before its turn gives the place on", "[window]") {
  EventLoop loop;
  Window window(loop, 1);
  Witness witness;
  std::optional<Task<int>> inside(hold(window)), queued(hold(window)), admitted(hold(window));
  Task<int> last = pass(window, witness, 1);
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
