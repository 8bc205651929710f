#include "support/catch.hpp"
#include "support/encoded.hpp"

#include <spritefarm/codec.hpp>

#include <array>
#include <bitset>
#include <chrono>
#include <complex>
#include <deque>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

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
  std::unique_ptr<Opaque> pointer;
};
struct Incomplete;
struct Node {
  int value = 0;
  std::unique_ptr<Node> next{};
};
struct Virtual {
  virtual ~Virtual() = default;
};
struct LastVirtual final : Virtual {
  explicit LastVirtual(int start) : value(start) {}
  int value;
};

template <typename T>
bool round_trips(const T& value) {
  return decoded<T>(encoded(value)) == value;
}

}  // namespace

template <>
struct spritefarm::Codec<LastVirtual> {
  static void encode(Encoder& to, const LastVirtual& object) { spritefarm::encode(to, object.value); }
  static LastVirtual decode(Decoder& from) { return LastVirtual(spritefarm::decode<int>(from)); }
};

namespace {

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
  CHECK(round_trips(std::complex<double>(1.5, -2)));
  CHECK(round_trips(std::vector<std::complex<float>>{{1, 2}, {3, 4}}));
  CHECK(round_trips(std::chrono::steady_clock::now()));
  CHECK(round_trips(std::chrono::system_clock::time_point::max()));
  CHECK(round_trips(std::chrono::local_days(std::chrono::days(20000))));
  CHECK(round_trips(std::filesystem::path("/a//b/../\xff")));
  CHECK(round_trips(std::filesystem::path()));
}

TEMPLATE_TEST_CASE_SIG("every bit of a bitset arrives at its place", "[codec]", ((std::size_t N), N), 0, 1, 7,
                       8, 9, 64, 65, 1000) {
  CHECK(encoded(std::bitset<N>()).size() == (N + 7) / 8);
  CHECK(round_trips(std::bitset<N>()));
  CHECK(round_trips(~std::bitset<N>()));
  for (std::size_t i = 0; i < N; ++i) {
    CAPTURE(i);
    CHECK(round_trips(std::bitset<N>().set(i)));
  }
}

TEST_CASE("an owning pointer crosses as its value, and null as null", "[codec]") {
  CHECK(*decoded<std::unique_ptr<int>>(encoded(std::make_unique<int>(7))) == 7);
  CHECK(decoded<std::unique_ptr<int>>(encoded(std::unique_ptr<int>())) == nullptr);
  CHECK(decoded<std::shared_ptr<Point>>(encoded(std::shared_ptr<Point>())) == nullptr);
  const auto text = std::make_shared<const std::string>("shared");
  const auto both =
      decoded<std::vector<std::shared_ptr<const std::string>>>(encoded(std::vector{text, text}));
  CHECK(*both.at(0) == "shared");
  CHECK(*both.at(1) == "shared");
  CHECK(both.at(0) != both.at(1));
  const auto nested = decoded<std::unique_ptr<std::unique_ptr<const Everything>>>(encoded(
      std::make_unique<std::unique_ptr<const Everything>>(std::make_unique<const Everything>(everything))));
  CHECK(**nested == everything);
  CHECK(decoded<std::unique_ptr<LastVirtual>>(encoded(std::make_unique<LastVirtual>(3)))->value == 3);
}

TEST_CASE("a type without a codec is known at compile time", "[codec]") {
  STATIC_REQUIRE(Portable<Everything>);
  STATIC_REQUIRE_FALSE(Portable<Opaque>);
  STATIC_REQUIRE_FALSE(Portable<HoldsOpaque>);
  STATIC_REQUIRE_FALSE(Portable<std::vector<Opaque>>);
  STATIC_REQUIRE_FALSE(Portable<int*>);
  STATIC_REQUIRE_FALSE(Portable<const char*>);
  STATIC_REQUIRE_FALSE(Portable<std::unique_ptr<Incomplete>>);
  STATIC_REQUIRE_FALSE(Portable<std::unique_ptr<int[]>>);
  STATIC_REQUIRE_FALSE(Portable<std::shared_ptr<int[3]>>);
  STATIC_REQUIRE_FALSE(Portable<std::shared_ptr<void>>);
  STATIC_REQUIRE_FALSE(Portable<std::unique_ptr<int, void (*)(int*)>>);
  STATIC_REQUIRE_FALSE(Portable<std::unique_ptr<Virtual>>);
  STATIC_REQUIRE_FALSE(Portable<std::weak_ptr<int>>);
  STATIC_REQUIRE_FALSE(Portable<Node>);
  STATIC_REQUIRE_FALSE(Portable<std::complex<int>>);
}

TEST_CASE("every truncation of an encoded value throws CodecError", "[codec]") {
  const std::string whole = encoded(everything);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK_THROWS_AS(decoded<Everything>(std::string_view(whole).substr(0, size)), CodecError);
  }
  CHECK_THROWS_AS(decoded<Everything>(whole + "x"), CodecError);
  CHECK_THROWS_AS(decoded<std::bitset<9>>("x"), CodecError);
  CHECK_THROWS_AS(decoded<std::complex<double>>("12345678"), CodecError);
  CHECK_THROWS_AS(decoded<std::unique_ptr<int>>("\1x"), CodecError);
  CHECK_THROWS_AS(decoded<std::filesystem::path>("\1"), CodecError);
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
