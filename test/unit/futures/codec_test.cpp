#include "support/catch.hpp"
#include "support/encoded.hpp"

#include <spritefarm/codec.hpp>

#include <deque>
#include <limits>
#include <list>
#include <memory>
#include <set>

using namespace spritefarm;
using test::decoded;
using test::encoded;

namespace {

enum class Colour : unsigned char { red, green };

struct Point {
  int x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};
struct Everything {
  std::string text;
  std::vector<Point> points;
  std::optional<std::string> maybe;
  std::variant<int, std::string> either;
  std::map<std::string, std::vector<int>> table;
  Colour colour = Colour::red;
  std::chrono::milliseconds delay{};
  bool flag = false;
  bool operator==(const Everything&) const = default;
};

class Opaque {
 public:
  explicit Opaque(int value) : m_value(value) {}
  int m_value;
};
struct HoldsOpaque {
  std::unique_ptr<int> pointer;
};

template <typename T>
bool round_trips(const T& value) {
  return decoded<T>(encoded(value)) == value;
}

const Everything everything{
    "né\0e",       {{1, 2.5}, {-3, 0}},          "yes", "text", {{"a", {1, 2}}, {"", {}}},
    Colour::green, std::chrono::milliseconds(7), true};

}  // namespace

TEST_CASE("decoding an encoded value gives an equal value", "[codec]") {
  CHECK(round_trips(42));
  CHECK(round_trips(std::numeric_limits<double>::infinity()));
  CHECK(round_trips(Colour::green));
  CHECK(round_trips(std::string("a\0b", 3)));
  CHECK(round_trips(std::vector<bool>{true, false, true}));
  CHECK(round_trips(std::deque<std::string>{"a", ""}));
  CHECK(round_trips(std::list<int>{1, 2, 3}));
  CHECK(round_trips(std::array<std::string, 2>{"x", "y"}));
  CHECK(round_trips(std::tuple<int, std::string, std::tuple<>>{1, "b", {}}));
  CHECK(round_trips(std::pair<std::string, int>{"a", 1}));
  CHECK(round_trips(std::optional<int>{}));
  CHECK(round_trips(std::set<std::string>{"b", "a"}));
  CHECK(round_trips(std::unordered_map<int, std::string>{{1, "a"}, {2, "b"}}));
  CHECK(round_trips(std::variant<std::monostate, int>{}));
  CHECK(round_trips(everything));
}

TEST_CASE("a type without a codec is known at compile time", "[codec]") {
  STATIC_REQUIRE(Portable<Everything>);
  STATIC_REQUIRE_FALSE(Portable<Opaque>);
  STATIC_REQUIRE_FALSE(Portable<HoldsOpaque>);
  STATIC_REQUIRE_FALSE(Portable<std::vector<Opaque>>);
  STATIC_REQUIRE_FALSE(Portable<int*>);
  STATIC_REQUIRE_FALSE(Portable<const char*>);
}

TEST_CASE("every truncation of an encoded value throws CodecError", "[codec]") {
  const std::string whole = encoded(everything);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decoded<Everything>(std::string_view(whole).substr(0, size)), CodecError);
  }
  CHECK_THROWS_AS(decoded<Everything>(whole + "x"), CodecError);
}

TEST_CASE("a claimed size beyond the input is refused before memory is allocated", "[codec]") {
  Encoder to;
  to.size(std::numeric_limits<std::size_t>::max() / 8);
  const std::string bytes = std::move(to).take() + "12345678";
  CHECK_THROWS_AS(decoded<std::string>(bytes), CodecError);
  CHECK_THROWS_AS(decoded<std::vector<double>>(bytes), CodecError);
  CHECK_THROWS_AS((decoded<std::map<int, int>>(bytes)), CodecError);
  CHECK_THROWS_AS((decoded<std::variant<int, char>>(bytes)), CodecError);
}
