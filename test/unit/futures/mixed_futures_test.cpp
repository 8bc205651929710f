#include "support/catch.hpp"

#include <spritefarm/futures.hpp>

#include <array>
#include <stdexcept>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace spritefarm;
using namespace std::chrono_literals;

namespace {

/// What a future of either type has as its result.
std::string text_of(const std::variant<Future<int>, Future<std::string>, Future<int>>& item) {
  struct Text {
    std::string operator()(const Future<int>& future) const { return std::to_string(future.result()); }
    std::string operator()(const Future<std::string>& future) const { return future.result(); }
  };
  return std::visit(Text(), item);
}

}  // namespace

TEST_CASE("wait takes futures of different types and tells which are done", "[executor]") {
  Future<int> number;
  Future<std::string> text;
  Future<void> nothing;
  CHECK(wait(1ms, number, text, nothing) == std::array{false, false, false});
  text.set_result("done");
  CHECK(wait(0s, number, text, nothing) == std::array{false, true, false});
  CHECK(wait(ReturnWhen::first_completed, number, text, nothing) == std::array{false, true, false});
  number.set_exception(std::make_exception_ptr(std::domain_error("on purpose")));
  CHECK(wait(ReturnWhen::first_exception, number, text, nothing) == std::array{true, true, false});
  CHECK(wait(1h, ReturnWhen::first_exception, number, text, nothing) == std::array{true, true, false});
  std::thread other([nothing]() mutable { nothing.set_result(); });
  const auto [number_done, text_done, nothing_done] = wait(number, text, nothing);
  CHECK((number_done && text_done && nothing_done));
  other.join();
}

TEST_CASE("wait counts a future once that is passed twice", "[executor]") {
  Future<int> number;
  CHECK(wait(1ms, number, number) == std::array{false, false});
  number.set_result(1);
  CHECK(wait(number, number, Future<int>(number)) == std::array{true, true, true});
  CHECK(wait(number) == std::array{true});
}

TEST_CASE("as_completed takes futures of different types in the order in which they become done",
          "[executor]") {
  Future<int> first;
  Future<std::string> second;
  Future<int> third;
  second.set_result("text");
  std::vector<std::string> texts;
  std::vector<std::size_t> places;
  for (const auto& done : as_completed(first, second, third)) {
    texts.push_back(text_of(done));
    places.push_back(done.index());
    if (places.size() == 1) third.set_result(3);
    if (places.size() == 2) first.set_result(1);
  }
  CHECK(texts == std::vector<std::string>{"text", "3", "1"});
  CHECK(places == std::vector<std::size_t>{1, 2, 0});
}

TEST_CASE("as_completed of different types counts duplicates once and ends at its timeout", "[executor]") {
  Future<int> number;
  const Future<std::string> never;
  number.set_result(1);
  int count = 0;
  for (auto& done : as_completed(number, number)) count += std::get<0>(done).result();
  CHECK(count == 1);
  auto range = as_completed(5ms, number, never, never);
  auto at = range.begin();
  CHECK((*at).index() == 0);
  try {
    ++at;
    FAIL("no exception");
  } catch (const TimeoutError& error) {
    CHECK(std::string(error.what()) == "1 (of 2) futures unfinished");
  }
}
