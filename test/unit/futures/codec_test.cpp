#include "support/catch.hpp"
#include "support/encoded.hpp"

#include <spritefarm/codec.hpp>

#include <deque>
#include <limits>
#include <list>
#include <memory>

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
bool survives(const T& value) {
  return decoded<T>(encoded(value)) == value;
}

const Everything everything{
    "né\0e",       {{1, 2.5}, {-3, 0}},          "yes", "text", {{"a", {1, 2}}, {"", {}}},
    Colour::green, std::chrono::milliseconds(7), true};

}  // namespace

TEST_CASE("values come back equal", "[codec]") {
  CHECK(survives(42));
  CHECK(survives(std::numeric_limits<double>::infinity()));
  CHECK(survives(Colour::green));
  CHECK(survives(std::string("a\0b", 3)));
  CHECK(survives(std::vector<bool>{true, false, true}));
  CHECK(survives(std::deque<std::string>{"a", ""}));
  CHECK(survives(std::list<int>{1, 2, 3}));
  CHECK(survives(std::array<std::string, 2>{"x", "y"}));
  CHECK(survives(std::tuple<int, std::string, std::tuple<>>{1, "b", {}}));
  CHECK(survives(std::pair<std::string, int>{"a", 1}));
  CHECK(survives(std::optional<int>{}));
  CHECK(survives(std::set<std::string>{"b", "a"}));
  CHECK(survives(std::unordered_map<int, std::string>{{1, "a"}, {2, "b"}}));
  CHECK(survives(std::variant<std::monostate, int>{}));
  CHECK(survives(everything));
}

TEST_CASE("what cannot travel is known at compile time", "[codec]") {
  STATIC_REQUIRE(Portable<Everything>);
  STATIC_REQUIRE_FALSE(Portable<Opaque>);
  STATIC_REQUIRE_FALSE(Portable<HoldsOpaque>);
  STATIC_REQUIRE_FALSE(Portable<std::vector<Opaque>>);
  STATIC_REQUIRE_FALSE(Portable<int*>);
  STATIC_REQUIRE_FALSE(Portable<const char*>);
}

TEST_CASE("every truncation of a value is an error, never a crash", "[codec]") {
  const std::string whole = encoded(everything);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decoded<Everything>(std::string_view(whole).substr(0, size)), CodecError);
  }
  CHECK_THROWS_AS(decoded<Everything>(whole + "x"), CodecError);
}

TEST_CASE("a claimed size that cannot be there is refused before memory is asked for", "[codec]") {
  Encoder to;
  to.size(std::numeric_limits<std::size_t>::max() / 8);
  const std::string bytes = std::move(to).take() + "12345678";
  CHECK_THROWS_AS(decoded<std::string>(bytes), CodecError);
  CHECK_THROWS_AS(decoded<std::vector<double>>(bytes), CodecError);
  CHECK_THROWS_AS((decoded<std::map<int, int>>(bytes)), CodecError);
  CHECK_THROWS_AS((decoded<std::variant<int, char>>(bytes)), CodecError);
}
