#include "farm/accounting.hpp"

#include "cache/record_codec.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

#include <stdexcept>

using namespace spritefarm;
using namespace spritefarm::farm;
using namespace spritefarm::test;

namespace {

/// Remembers what it learns; fails on request.
class Listener final : public RunListener {
 public:
  std::string learned;
  bool fails = false;

  void on_expected(std::uint64_t tasks) override { add("expected", tasks); }
  void on_submit(std::uint64_t number, const FarmTask& task) override {
    add("submitted " + task.name, number);
  }
  void on_result(std::uint64_t number, const FarmResult& result) override {
    if (fails) throw std::runtime_error("the listener cannot go on");
    add("result of " + result.name, number);
  }

 private:
  void add(const std::string& what, std::uint64_t number) {
    learned += what + " " + std::to_string(number) + "; ";
  }
};

struct Books {
  cli::Messages messages{cli::Verbosity::quiet};
  Report report{{.mode = "serial"}};
  HttpCache cache{{}, messages, [] { return DatasetHash{}; }};
  Listener first, second;
  Accounting accounting{report, messages, cache, {&first, &second}};
};

FarmResult farmed(const std::string& name, std::uint32_t id, std::vector<SpriteResult> sprites) {
  FarmResult result;
  result.name = name;
  result.id = id;
  result.sprites = std::move(sprites);
  return result;
}

SpriteResult there(const std::string& path, SpriteStatus status = SpriteStatus::downloaded) {
  SpriteResult sprite{.key = "front_default", .url = "http://h/x.png", .status = status};
  sprite.path = path;
  return sprite;
}

}  // namespace

TEST_CASE("every listener learns what the report counts", "[farm][accounting]") {
  Books books;
  const FarmTask task{"mew", 151, "http://h/151/"};
  books.accounting.expect(2);
  books.accounting.add_submitted(1, task);
  CHECK_FALSE(books.accounting.has(151));
  FarmResult result = farmed("mew", 151, {there("mew.png")});
  result.count.requests = 2;
  books.accounting.add_result(1, task, result);
  books.accounting.add_requests({.requests = 3, .retries = 1});
  CHECK(books.accounting.has(151));
  CHECK(books.report.selected() == 1);
  CHECK(books.report.downloaded() == 1);
  CHECK(books.report.count().requests == 5);
  CHECK(books.report.count().retries == 1);
  CHECK(books.first.learned == "expected 2; submitted mew 1; result of mew 1; ");
  CHECK(books.second.learned == books.first.learned);
}

TEST_CASE("of two sprites with one path, the later has failed", "[farm][accounting]") {
  Books books;
  SpriteResult missing{.key = "back_default", .status = SpriteStatus::missing};
  books.accounting.add_result(0, {}, farmed("a", 1, {there("x.png", SpriteStatus::unchanged), missing}));
  books.accounting.add_result(1, {}, farmed("b", 2, {there("y.png"), missing}));
  CHECK(books.report.failed() == 0);
  books.accounting.add_result(2, {}, farmed("c", 3, {there("x.png")}));
  CHECK(books.report.failed() == 1);
  CHECK(books.report.missing() == 2);
  CHECK(books.report.json(0).find("another sprite has the path x.png too") != std::string::npos);
}

TEST_CASE("what is unusual is noted in the report", "[farm][accounting]") {
  Books books;
  SpriteResult longer = there("venusaur.png");
  longer.bytes_after_end = 16;
  books.accounting.add_result(1, {"old-name", 3, "http://h/3/"}, farmed("venusaur", 3, {longer}));
  books.accounting.add_result(2, {"mew", 0, "http://h/mew/"}, farmed("mew", 151, {there("mew.png")}));
  books.accounting.add_result(3, {"", 1, "http://h/1/"}, farmed("bulbasaur", 1, {there("bulbasaur.png")}));
  const std::string json = books.report.json(0);
  CAPTURE(json);
  CHECK(
      json.find(R"({"name": "venusaur", "sprite": "", "note": "the index calls 3 'old-name', its record )") !=
      json.npos);
  CHECK(json.find(R"({"name": "venusaur", "sprite": "front_default", "note": "the image ends 16 bytes )") !=
        json.npos);
  CHECK(json.find("\"mew\"") == json.npos);
  CHECK(json.find("\"bulbasaur\"") == json.npos);
}

TEST_CASE("the first reason why nothing can be written is kept", "[farm][accounting]") {
  Books books;
  CHECK(books.accounting.output_error().empty());
  FarmResult result = farmed("a", 1, {});
  for (const char* const reason : {"", "the disk is full", "the disk is still full"}) {
    result.output_error = reason;
    books.accounting.add_result(1, {}, result);
  }
  CHECK(books.accounting.output_error() == "the disk is full");
}

TEST_CASE("what a listener throws leaves the accounting, and no pokémon has failed", "[farm][accounting]") {
  Books books;
  books.first.fails = true;
  CHECK_THROWS_WITH(books.accounting.add_result(1, {}, farmed("a", 1, {there("a.png")})),
                    "the listener cannot go on");
  CHECK(books.report.downloaded() == 1);
  CHECK(books.report.failed() == 0);
}

TEST_CASE("what servers answered is in the cache, also if a listener fails", "[farm][accounting]") {
  const TempDir folder;
  Books books;
  HttpCache cache({.remember = true,
                   .output = folder.path().string(),
                   .base_url = "http://h/",
                   .selector = *pokeapi::Selector::parse("front_default"),
                   .path_template = *text::OutputTemplate::parse("{name}.{ext}")},
                  books.messages, [] { return DatasetHash{}; });
  Listener listener;
  listener.fails = GENERATE(false, true);
  Accounting accounting(books.report, books.messages, cache, {&listener});
  FarmTask task{"mew", 151, "http://h/pokemon/151/"};
  FarmResult result = farmed("mew", 151, {});
  result.answer = StoredDocument{.answered = {.freshness_lifetime = std::chrono::hours(1)},
                                 .content = cache::encode_record({151, "mew", {}})};
  if (listener.fails)
    CHECK_THROWS(accounting.add_result(1, task, result));
  else
    accounting.add_result(1, task, result);
  cache.look_up(task);
  REQUIRE(task.record);
  CHECK_FALSE(task.record->needs_revalidation);
}
