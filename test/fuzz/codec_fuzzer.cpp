#include "farm/farm_task.hpp"
#include "fuzz/fuzz_input.hpp"
#include "support/encoded.hpp"

#include <array>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

using namespace spritefarm;
using fuzz::must;
using test::decoded;
using test::encoded;

namespace {

enum class Colour : unsigned char { red, green };

struct Point {
  int x = 0;
  double y = 0;
};
struct Everything {
  std::string text;
  std::vector<Point> points;
  std::optional<std::pair<std::string, char>> maybe;
  std::variant<int, std::string, std::monostate> either;
  std::map<std::string, std::vector<int>> table;
  std::set<short> numbers;
  std::array<std::list<std::string>, 2> lists;
  std::deque<std::vector<bool>> bits;
  std::vector<std::tuple<>> nothings;
  Colour colour = Colour::red;
  std::chrono::milliseconds delay{};
  bool flag = false;
};

/// The first encoding may differ from the input: sets drop duplicates, and any nonzero bool becomes 1. So the
/// second one must equal the first.
template <typename T>
void try_as(std::string_view bytes) {
  std::string first;
  try {
    first = encoded(decoded<T>(bytes));
  } catch (const CodecError&) {
    return;
  }
  must(first.size() <= bytes.size(), "an encoding is not larger than the bytes that it was decoded from");
  must(encoded(decoded<T>(first)) == first, "a value survives a round trip");
}

}  // namespace

/// A character that selects the type, then the encoding of a value.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(data, size);
  switch (input.number<char>()) {
    case 'e':
      try_as<Everything>(input.rest());
      break;
    case 't':
      try_as<farm::FarmTask>(input.rest());
      break;
    case 'r':
      try_as<farm::FarmResult>(input.rest());
      break;
    case 'v':
      try_as<std::vector<std::variant<std::string, std::vector<double>, std::map<int, bool>>>>(input.rest());
      break;
    default:
      break;
  }
  return 0;
}
