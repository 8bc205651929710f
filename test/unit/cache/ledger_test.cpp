#include "cache/ledger.hpp"

#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

using namespace spritefarm;
using spritefarm::test::read_file;
using spritefarm::test::TempDir;
using spritefarm::test::write_file;
namespace fs = std::filesystem;

namespace {

const cache::LedgerImage image{
    "https://host/1.png",        {"\"tag\"", "Sun, 13 Sep 2020 12:10:00 GMT"}, 1234, 567, -89,
    std::string("\0\x01\xff", 3)};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Runs `use` with the ledger in a child process, which then kills itself.
template <typename Use>
void in_killed_child(const std::string& path, Use use) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      cache::Ledger ledger(path);
      use(ledger);
      ::kill(::getpid(), SIGKILL);
    } catch (...) {
    }
    ::_exit(1);
  }
  REQUIRE(child > 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
}

}  // namespace

TEST_CASE("the ledger stores documents and images across runs", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  {
    const cache::OpenedLedger opened = cache::open_ledger(path);
    CHECK(!opened.warning);
    REQUIRE(opened.ledger);
    CHECK(!opened.ledger->document("https://host/a"));
    opened.ledger->store("https://host/a", cache::LedgerDocument{{"W/\"x\"", ""}, 42, "hash", "old"});
    opened.ledger->store("https://host/a",
                         cache::LedgerDocument{{"W/\"y\"", ""}, 43, "hash", std::string("\0new", 4)});
    opened.ledger->store("a'b/é.png", image);
    CHECK(opened.ledger->uncommitted() == 3);
    REQUIRE(opened.ledger->document("https://host/a"));
  }
  const cache::OpenedLedger again = cache::open_ledger(path);
  CHECK(!again.warning);
  REQUIRE(again.ledger);
  const auto document = again.ledger->document("https://host/a");
  REQUIRE(document);
  CHECK(document->validators.etag == "W/\"y\"");
  CHECK(document->validators.last_modified == "");
  CHECK(document->fresh_until == 43);
  CHECK(document->dataset == "hash");
  CHECK(document->content == std::string("\0new", 4));
  const auto found = again.ledger->image("a'b/é.png");
  REQUIRE(found);
  CHECK(found->url == image.url);
  CHECK(found->validators.last_modified == image.validators.last_modified);
  CHECK(found->fresh_until == 1234);
  CHECK(found->size == 567);
  CHECK(found->changed == -89);
  CHECK(found->sha256 == image.sha256);
  CHECK(!again.ledger->image("other.png"));
}

TEST_CASE("a kill before commit() loses only the uncommitted entries", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  in_killed_child(path, [](cache::Ledger& ledger) {
    for (int i = 0; i < 500; ++i) ledger.store("sure-" + std::to_string(i), image);
    ledger.commit();
    for (int i = 0; i < 5000; ++i) ledger.store("lost-" + std::to_string(i), image);
  });
  const cache::OpenedLedger opened = cache::open_ledger(path);
  CHECK(!opened.warning);
  REQUIRE(opened.ledger);
  for (int i = 0; i < 500; ++i) CHECK(opened.ledger->image("sure-" + std::to_string(i)));
  CHECK(!opened.ledger->image("lost-0"));
  CHECK(!opened.ledger->image("lost-4999"));
}

TEST_CASE("a ledger that another run has open is not shared", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  cache::OpenedLedger first = cache::open_ledger(path);
  REQUIRE(first.ledger);
  const cache::OpenedLedger second = cache::open_ledger(path);
  CHECK(!second.ledger);
  CHECK(contains(second.warning.value(), "another run has the ledger " + path));
  first.ledger->store("a", image);
  first.ledger.reset();
  const cache::OpenedLedger third = cache::open_ledger(path);
  CHECK(!third.warning);
  REQUIRE(third.ledger);
  CHECK(third.ledger->image("a"));
}

TEST_CASE("a file that is not a ledger is set aside and a new ledger created", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  const auto is_set_aside = [&](const std::string& bytes) {
    const cache::OpenedLedger opened = cache::open_ledger(path);
    CHECK(contains(opened.warning.value(), path + ".set-aside-"));
    REQUIRE(opened.ledger);
    CHECK(!opened.ledger->image("a"));
    opened.ledger->store("b", image);
    CHECK(read_file(path + ".set-aside-1") == bytes);
  };
  SECTION("a text file") {
    const std::string text(5000, 'x');
    write_file(path, text);
    is_set_aside(text);
    CHECK(!cache::open_ledger(path).warning);
    SECTION("twice") {
      write_file(path, "short, and no database");
      CHECK(contains(cache::open_ledger(path).warning.value(), ".set-aside-2"));
      CHECK(read_file(path + ".set-aside-1") == text);
    }
  }
  SECTION("another program's database") {
    cache::SqliteDatabase(path).run("CREATE TABLE image (path TEXT); PRAGMA application_id = 7");
    is_set_aside(read_file(path));
  }
  SECTION("a database without an application id") {
    cache::SqliteDatabase(path).run("CREATE TABLE image (path TEXT)");
    is_set_aside(read_file(path));
  }
  SECTION("a ledger of another version") {
    { const cache::Ledger ledger(path); }
    cache::SqliteDatabase(path).run("PRAGMA user_version = 2");
    is_set_aside(read_file(path));
  }
  SECTION("a ledger without our tables") {
    { const cache::Ledger ledger(path); }
    cache::SqliteDatabase(path).run("DROP TABLE image");
    is_set_aside(read_file(path));
  }
  SECTION("a database of a later format, which SQLite cannot write") {
    { const cache::Ledger ledger(path); }
    std::string bytes = read_file(path);
    bytes[18] = 3;
    if (GENERATE(false, true)) bytes[19] = 3;
    write_file(path, bytes);
    is_set_aside(bytes);
  }
  SECTION("a truncated or overwritten ledger") {
    {
      cache::Ledger ledger(path);
      for (int i = 0; i < 500; ++i) ledger.store(std::to_string(i), image);
    }
    std::string bytes = read_file(path);
    REQUIRE(bytes.size() > 40'000);
    if (GENERATE(false, true))
      bytes.resize(bytes.size() / 2);
    else
      bytes.replace(8192, 20'000, std::string(20'000, '\x55'));
    write_file(path, bytes);
    is_set_aside(bytes);
  }
}

TEST_CASE("set_aside() renames the log files, too", "[ledger]") {
  const TempDir folder;
  for (const char* part : {"", "-wal", "-journal"}) write_file(folder / (std::string("ledger") + part), part);
  CHECK(cache::set_aside(folder / "ledger") == folder / "ledger.set-aside-1");
  CHECK(read_file(folder / "ledger.set-aside-1-wal") == "-wal");
  CHECK(read_file(folder / "ledger.set-aside-1-journal") == "-journal");
  CHECK(!cache::open_ledger(folder / "ledger").warning);
}

TEST_CASE("a ledger that cannot be opened gives none and a warning", "[ledger]") {
  const TempDir folder;
  fs::create_directory(folder / "ledger");
  const cache::OpenedLedger directory = cache::open_ledger(folder / "ledger");
  CHECK(!directory.ledger);
  CHECK(contains(directory.warning.value(), "cannot use the ledger"));

  write_file(folder / "precious", "");
  fs::create_symlink("precious", folder / "link");
  const cache::OpenedLedger link = cache::open_ledger(folder / "link");
  CHECK(!link.ledger);
  CHECK(contains(link.warning.value(), "cannot use the ledger"));
  CHECK(read_file(folder / "precious") == "");
}
