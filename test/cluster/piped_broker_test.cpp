#include "nodes/piped_broker.hpp"

#include "support/catch.hpp"

#include <sstream>
#include <stdexcept>
#include <string>

using namespace spritefarm::nodes;

namespace {

PipedBroker read(const std::string& input) {
  std::istringstream from(input);
  return read_lines(from);
}

}  // namespace

TEST_CASE("a broker goes through a pipe as two lines", "[cluster][piped]") {
  const std::string longest(4096, 'x');
  const PipedBroker broker = read(to_lines({longest, "pass word"}) + "and more");
  CHECK(broker.url == longest);
  CHECK(broker.password == "pass word");
  CHECK(read(to_lines({"amqp://guest@localhost", ""})).password.empty());
}

TEST_CASE("what is no broker in two lines is refused", "[cluster][piped]") {
  CHECK_THROWS_AS(to_lines({"amqp://a\nb", ""}), std::invalid_argument);
  CHECK_THROWS_AS(to_lines({"amqp://a", std::string(4097, 'x')}), std::invalid_argument);
  CHECK_THROWS_AS(read(""), std::invalid_argument);
  CHECK_THROWS_AS(read("amqp://a\nno end"), std::invalid_argument);
  CHECK_THROWS_AS(read(std::string(10'000, 'x') + "\n\n"), std::invalid_argument);
}
