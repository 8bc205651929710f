// test_future.FutureTests

#include "conformance/captured_stderr.hpp"
#include "conformance/executors.hpp"
#include "conformance/future_states.hpp"
#include "support/catch.hpp"

#include <regex>
#include <sstream>
#include <thread>

using namespace spritefarm;
using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

const std::exception_ptr test_error = std::make_exception_ptr(std::runtime_error("test"));

using Phase = detail::FutureState::Phase;

template <typename T>
std::string text_of(const Future<T>& future) {
  std::ostringstream text;
  text << future;
  return text.str();
}
template <typename T>
bool prints(const Future<T>& future, const std::string& state) {
  const std::regex expected("<Future at 0x[0-9a-f]+ state=" + state + ">");
  return std::regex_match(text_of(future), expected);
}

/// Calls `set` in another thread while this thread waits in `wait`.
template <typename Wait, typename Set>
void while_waiting(Wait wait, Set set) {
  Event about_to_wait;
  std::thread other([&] {
    about_to_wait.wait(a_minute);
    // This thread is usually blocked by then. Otherwise the wait must end too.
    std::this_thread::sleep_for(20ms);
    set();
  });
  about_to_wait.set();
  wait();
  other.join();
}

}  // namespace

TEST_CASE("test_done_callback_with_result", "[future]") {
  Future<int> future;
  int seen = 0;
  future.add_done_callback([&](const Future<int>& done) { seen = done.result(); });
  CHECK(seen == 0);
  future.set_result(5);
  CHECK(seen == 5);
}

TEST_CASE("test_done_callback_with_exception", "[future]") {
  Future<int> future;
  std::exception_ptr seen;
  future.add_done_callback([&](const Future<int>& done) { seen = done.exception(); });
  future.set_exception(test_error);
  CHECK(seen == test_error);
}

TEST_CASE("test_done_callback_with_cancel", "[future]") {
  Future<int> future;
  bool was_cancelled = false;
  future.add_done_callback([&](const Future<int>& done) { was_cancelled = done.cancelled(); });
  CHECK(future.cancel());
  CHECK(was_cancelled);
}

TEST_CASE("test_done_callback_raises", "[future]") {
  bool raising_was_called = false, next_was_called = false;
  Future<int> future;
  future.add_done_callback([&](const Future<int>&) {
    raising_was_called = true;
    throw std::runtime_error("doh!");
  });
  future.add_done_callback([&](const Future<int>&) { next_was_called = true; });
  std::string logged;
  {
    const CapturedStderr captured;
    future.set_result(5);
    logged = captured.text();
  }
  CHECK(raising_was_called);
  CHECK(next_was_called);
  CHECK(logged.find("doh!") != std::string::npos);
  CHECK(future.result() == 5);
}

TEST_CASE("test_done_callback_already_successful", "[future]") {
  Future<int> future;
  future.set_result(5);
  int seen = 0;
  future.add_done_callback([&](const Future<int>& done) { seen = done.result(); });
  CHECK(seen == 5);
}

TEST_CASE("test_done_callback_already_failed", "[future]") {
  Future<int> future;
  future.set_exception(test_error);
  std::exception_ptr seen;
  future.add_done_callback([&](const Future<int>& done) { seen = done.exception(); });
  CHECK(seen == test_error);
}

TEST_CASE("test_done_callback_already_cancelled", "[future]") {
  Future<int> future;
  CHECK(future.cancel());
  bool was_cancelled = false;
  future.add_done_callback([&](const Future<int>& done) { was_cancelled = done.cancelled(); });
  CHECK(was_cancelled);
}

TEST_CASE("test_done_callback_raises_already_succeeded", "[future]") {
  Future<int> future;
  future.set_result(5);
  std::string logged;
  {
    const CapturedStderr captured;
    future.add_done_callback([](const Future<int>&) { throw std::runtime_error("doh!"); });
    logged = captured.text();
  }
  CHECK(logged.find("done callback") != std::string::npos);
  CHECK(logged.find("doh!") != std::string::npos);
}

TEST_CASE("test_repr", "[future]") {
  const FutureStates in;
  CHECK(prints(in.pending, "pending"));
  CHECK(prints(in.running, "running"));
  CHECK(prints(in.cancelled, "cancelled"));
  CHECK(prints(in.cancelled_and_notified, "cancelled"));
  CHECK(prints(in.failed, "finished raised std::system_error"));
  CHECK(prints(in.successful, "finished returned int"));

  Future<std::string> text;
  text.set_result("bulbasaur");
  CHECK(prints(text, "finished returned std::string"));
  Future<void> nothing;
  nothing.set_result();
  CHECK(prints(nothing, "finished returned void"));
  Future<void> odd;
  odd.set_exception(std::make_exception_ptr(42));
  CHECK(prints(odd, "finished raised int"));
  CHECK(text_of(text) != text_of(nothing));
}

TEST_CASE("test_cancel", "[future]") {
  FutureStates in;
  CHECK(in.pending.cancel());
  CHECK(in.pending.state().phase() == Phase::cancelled);
  CHECK(!in.running.cancel());
  CHECK(in.running.state().phase() == Phase::running);
  CHECK(in.cancelled.cancel());
  CHECK(in.cancelled.state().phase() == Phase::cancelled);
  CHECK(in.cancelled_and_notified.cancel());
  CHECK(in.cancelled_and_notified.state().phase() == Phase::cancelled_and_notified);
  CHECK(!in.failed.cancel());
  CHECK(in.failed.state().phase() == Phase::finished);
  CHECK_THROWS_AS(in.failed.result(), std::system_error);
  CHECK(!in.successful.cancel());
  CHECK(in.successful.state().phase() == Phase::finished);
  CHECK(in.successful.result() == 42);
}

TEST_CASE("test_cancelled", "[future]") {
  const FutureStates in;
  CHECK(!in.pending.cancelled());
  CHECK(!in.running.cancelled());
  CHECK(in.cancelled.cancelled());
  CHECK(in.cancelled_and_notified.cancelled());
  CHECK(!in.failed.cancelled());
  CHECK(!in.successful.cancelled());
}

TEST_CASE("test_done", "[future]") {
  const FutureStates in;
  CHECK(!in.pending.done());
  CHECK(!in.running.done());
  CHECK(in.cancelled.done());
  CHECK(in.cancelled_and_notified.done());
  CHECK(in.failed.done());
  CHECK(in.successful.done());
}

TEST_CASE("test_running", "[future]") {
  const FutureStates in;
  CHECK(!in.pending.running());
  CHECK(in.running.running());
  CHECK(!in.cancelled.running());
  CHECK(!in.cancelled_and_notified.running());
  CHECK(!in.failed.running());
  CHECK(!in.successful.running());
}

TEST_CASE("test_result_with_timeout", "[future]") {
  const FutureStates in;
  CHECK_THROWS_AS(in.pending.result(0s), TimeoutError);
  CHECK_THROWS_AS(in.running.result(0s), TimeoutError);
  CHECK_THROWS_AS(in.cancelled.result(0s), CancelledError);
  CHECK_THROWS_AS(in.cancelled_and_notified.result(0s), CancelledError);
  CHECK_THROWS_AS(in.failed.result(0s), std::system_error);
  CHECK(in.successful.result(0s) == 42);
}

TEST_CASE("test_exception_with_timeout", "[future]") {
  const FutureStates in;
  CHECK_THROWS_AS(in.pending.exception(0s), TimeoutError);
  CHECK_THROWS_AS(in.running.exception(0s), TimeoutError);
  CHECK_THROWS_AS(in.cancelled.exception(0s), CancelledError);
  CHECK_THROWS_AS(in.cancelled_and_notified.exception(0s), CancelledError);
  const std::exception_ptr thrown = in.failed.exception(0s);
  REQUIRE(thrown);
  CHECK_THROWS_AS(std::rethrow_exception(thrown), std::system_error);
  CHECK(in.successful.exception(0s) == nullptr);
}

TEST_CASE("test_result_with_success", "[future]") {
  Future<int> future;
  while_waiting([&] { CHECK(future.result(a_minute) == 42); }, [&] { future.set_result(42); });
}

TEST_CASE("test_exception_with_success", "[future]") {
  Future<int> future;
  while_waiting([&] { CHECK(future.exception(a_minute) == test_error); },
                [&] { future.set_exception(test_error); });
}

TEST_CASE("test_result_with_cancel", "[future]") {
  Future<int> future;
  while_waiting([&] { CHECK_THROWS_AS(future.result(a_minute), CancelledError); }, [&] { future.cancel(); });
}

TEST_CASE("test_multiple_set_result", "[future]") {
  Future<int> future;
  future.set_result(1);
  CHECK_THROWS_AS(future.set_result(2), InvalidStateError);
  CHECK_THROWS_AS(future.set_exception(test_error), InvalidStateError);
  CHECK(future.done());
  CHECK(future.result() == 1);
}

TEST_CASE("test_multiple_set_exception", "[future]") {
  Future<int> future;
  future.set_exception(test_error);
  CHECK_THROWS_AS(future.set_exception(std::make_exception_ptr(std::logic_error("second"))),
                  InvalidStateError);
  CHECK_THROWS_AS(future.set_result(1), InvalidStateError);
  CHECK(future.exception() == test_error);
}

TEST_CASE("test_get_snapshot", "[future]") {
  const FutureStates in;
  for (const Future<int>& unfinished : {in.pending, in.running}) {
    const FutureSnapshot<int> seen = unfinished.snapshot();
    CHECK(!seen.done);
    CHECK(!seen.cancelled);
    CHECK(seen.result == nullptr);
    CHECK(seen.exception == nullptr);
  }
  for (const Future<int>& cancelled : {in.cancelled, in.cancelled_and_notified}) {
    const FutureSnapshot<int> seen = cancelled.snapshot();
    CHECK(seen.done);
    CHECK(seen.cancelled);
    CHECK(seen.result == nullptr);
    CHECK(seen.exception == nullptr);
  }
  const FutureSnapshot<int> failed = in.failed.snapshot();
  CHECK(failed.done);
  CHECK(!failed.cancelled);
  CHECK(failed.result == nullptr);
  CHECK(failed.exception == in.failed.exception());

  // Four threads take snapshots while a fifth sets the result. Each snapshot is consistent.
  Future<int> future;
  Event begin;
  std::vector<int> mixtures(4), last(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < mixtures.size(); ++i)
    threads.emplace_back([&, i] {
      begin.wait(a_minute);
      for (int look = 0; look < 1000; ++look) {
        if (look == 999) (void)future.result(a_minute);
        const FutureSnapshot<int> seen = future.snapshot();
        const bool before = !seen.done && !seen.result;
        const bool after = seen.done && seen.result && *seen.result == 100;
        mixtures[i] += (!before && !after) || seen.cancelled || seen.exception;
        last[i] = after;
      }
    });
  threads.emplace_back([&] {
    begin.wait(a_minute);
    future.set_result(100);
  });
  begin.set();
  for (std::thread& thread : threads) thread.join();
  CHECK(mixtures == std::vector<int>(4, 0));
  CHECK(last == std::vector<int>(4, 1));
}
