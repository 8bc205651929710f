#include "support/catch.hpp"

#include <spritefarm/futures.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <thread>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

int state = 0;
int state_plus(int x) {
  return state + x;
}
void set_state() {
  state = 40;
}

/// Runs `body` in a child that has one thread and no fork server. Returns its result.
int in_a_child(int (*body)()) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = body();
    } catch (...) {
    }
    ::_exit(code);
  }
  int status = -1;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

int pools_from_threads() {
  prepare_to_fork();
  prepare_to_fork();
  int correct = 0;
  Event leave;
  std::thread other([&leave] { leave.wait(); });  // the program has several threads until `leave` is set
  for (int round = 0; round < 3; ++round) {
    std::vector<Future<int>> results;
    ThreadPoolExecutor threads{{.max_workers = 4}};
    for (int i = 0; i < 8; ++i)
      results.push_back(threads.submit(
          [](int x) {
            ProcessPoolExecutor pool{{.max_workers = 2, .initializer = set_state}};
            return pool.submit(state_plus, x).result(60s);
          },
          i));
    for (int i = 0; i < 8; ++i) correct += results[i].result(60s) == 40 + i;
  }
  leave.set();
  other.join();
  return correct;
}

int refusals() {
  prepare_to_fork();
  Event leave;
  std::thread other([&leave] { leave.wait(); });
  int refused = 0;
  int captured = 1;
  try {
    ProcessPoolExecutor pool{{.initializer = [captured] { state = captured; }}};
  } catch (const std::invalid_argument&) {
    ++refused;
  }
  leave.set();
  other.join();
  return refused;
}

int too_late() {
  Event leave;
  std::thread other([&leave] { leave.wait(); });
  int refused = 0;
  try {
    prepare_to_fork();
  } catch (const std::logic_error&) {
    ++refused;
  }
  leave.set();
  other.join();
  return refused;
}

}  // namespace

TEST_CASE("after prepare_to_fork(), any thread of a program with threads can create pools", "[process]") {
  CHECK(in_a_child(pools_from_threads) == 24);
}

TEST_CASE("a pool of the fork server refuses an initializer that cannot be sent", "[process]") {
  CHECK(in_a_child(refusals) == 1);
}

TEST_CASE("prepare_to_fork() throws in a program with threads", "[process]") {
  CHECK(in_a_child(too_late) == 1);
}
