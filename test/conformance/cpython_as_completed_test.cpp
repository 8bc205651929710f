// test_as_completed.AsCompletedTests

#include "conformance/executors.hpp"
#include "conformance/future_states.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <list>
#include <map>
#include <memory>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

using Futures = std::vector<Future<int>>;
using WeakState = std::weak_ptr<detail::FutureState>;

bool same(Futures some, const Futures& others) {
  return std::is_permutation(some.begin(), some.end(), others.begin(), others.end());
}

/// A range that is not a container and can be iterated only once: the same future, `times` times.
class Repeated {
 public:
  Repeated(Future<int> future, int times) : m_future(std::move(future)), m_left(times) {}

  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = Future<int>;
    explicit Iterator(Repeated* range) : m_range(range) {}
    Future<int> operator*() const { return m_range->m_future; }
    Iterator& operator++() {
      --m_range->m_left;
      return *this;
    }
    void operator++(int) { ++*this; }
    bool operator==(std::default_sentinel_t) const { return m_range->m_left == 0; }

   private:
    Repeated* m_range;
  };
  Iterator begin() { return Iterator(this); }
  static std::default_sentinel_t end() { return {}; }

 private:
  Future<int> m_future;
  int m_left;
};

template <typename Range>
Futures all_of(Range&& range) {
  Futures all;
  for (const Future<int>& future : range) all.push_back(future);
  return all;
}

}  // namespace

TEMPLATE_TEST_CASE("test_no_timeout", "[as_completed]", EVERY_EXECUTOR) {
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> first = executor->submit(multiply, 2, 21);
  const Future<int> second = executor->submit(multiply, 7, 6);
  const Futures all{in.cancelled_and_notified, in.failed, in.successful, first, second};
  CHECK(same(all_of(as_completed(all)), all));
}

TEMPLATE_TEST_CASE("test_future_times_out", "[as_completed]", EVERY_POOL) {
  Gate gate;
  const FutureStates in;
  const auto executor = TestType::make();
  const Future<int> never = executor->submit(pass, gate.ref());
  const Futures completed{in.cancelled_and_notified, in.failed, in.successful};
  Futures all = completed;
  all.insert(all.begin(), never);
  for (const auto timeout : {0ms, 100ms}) {
    Futures seen;
    bool timed_out = false;
    try {
      for (const Future<int>& future : as_completed(all, timeout)) seen.push_back(future);
    } catch (const TimeoutError&) {
      timed_out = true;
    }
    CHECK(timed_out);
    CHECK(same(seen, completed));
  }
  gate.open();
}

TEMPLATE_TEST_CASE("test_duplicate_futures", "[as_completed]", EVERY_POOL) {
  Gate gate;
  const auto executor = TestType::make();
  const Future<int> future = executor->submit(pass, gate.ref());
  auto from_a_range = as_completed(Repeated(future, 3), a_minute);
  auto from_a_list = as_completed(std::list<Future<int>>(3, future), a_minute);
  gate.open();
  CHECK(all_of(from_a_range) == Futures{future});
  CHECK(all_of(from_a_list) == Futures{future});
}

TEST_CASE("test_free_reference_yielded_future", "[as_completed]") {
  std::map<const detail::FutureState*, WeakState> states;
  const auto observed = [&states] {
    auto state = std::make_shared<detail::ResultState<int>>();
    states[state.get()] = state;
    return Future<int>(std::move(state));
  };
  Futures futures;
  while (futures.size() < 8) futures.push_back(observed());
  Future<int> cancelled = observed(), successful = observed();
  cancelled.cancel();
  cancelled.set_running_or_notify_cancel();
  successful.set_result(42);
  futures.push_back(cancelled);
  futures.push_back(successful);
  cancelled = successful = Future<int>();

  // Moves the future out of the range. Nothing else may hold it then.
  const auto expires = [&](Future<int>& yielded) {
    std::erase(futures, yielded);
    Future<int> mine = std::move(yielded);
    const WeakState& state = states.at(&mine.state());
    mine = Future<int>();
    return state.expired();
  };

  int yielded = 0;
  bool timed_out = false;
  try {
    for (Future<int>& future : as_completed(futures, 0s)) {
      CHECK(expires(future));
      ++yielded;
    }
  } catch (const TimeoutError&) {
    timed_out = true;
  }
  CHECK(timed_out);
  CHECK(yielded == 2);
  CHECK(futures.size() == 8);

  futures[0].set_result(1);
  for (Future<int>& future : as_completed(futures, a_minute)) {
    CHECK(expires(future));
    ++yielded;
    if (!futures.empty()) futures[0].set_result(1);
  }
  CHECK(yielded == 10);

  // A future that is not moved out is released at the next step.
  Futures two{observed(), observed()};
  const WeakState first = states.at(&two[0].state()), second = states.at(&two[1].state());
  for (Future<int>& future : two) future.set_result(1);
  auto completed = as_completed(two, a_minute);
  two.clear();
  auto at = completed.begin();
  ++at;
  CHECK(first.expired());
  ++at;
  CHECK(second.expired());
  CHECK(at == completed.end());
}

TEST_CASE("test_correct_timeout_exception_msg", "[as_completed]") {
  const FutureStates in;
  std::string message;
  try {
    all_of(as_completed(Futures{in.cancelled_and_notified, in.pending, in.running, in.successful}, 0s));
  } catch (const TimeoutError& error) {
    message = error.what();
  }
  CHECK(message == "2 (of 4) futures unfinished");
}
