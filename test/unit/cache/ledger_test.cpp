#include "cache/open_ledger.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/forgotten_signals.hpp"
#include "support/temp_dir.hpp"
#include "system/termination_signals.hpp"

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
    "https://host/1.png",        {"\"tag\"", "Sun, 13 Sep 2020 12:10:00 GMT"}, {1000, 1234}, 567, -89,
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
    } catch (const std::exception& error) {
      std::fprintf(stderr, "the child failed: %s\n", error.what());
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
    opened.ledger->store("https://host/a", cache::LedgerDocument{{"W/\"x\"", ""}, {41, 42}, "hash", "old"});
    opened.ledger->store("https://host/a",
                         cache::LedgerDocument{{"W/\"y\"", ""}, {42, 43}, "hash", std::string("\0new", 4)});
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
  CHECK(document->freshness.until == 43);
  CHECK(document->dataset == "hash");
  CHECK(document->content == std::string("\0new", 4));
  const auto found = again.ledger->image("a'b/é.png", image.url);
  REQUIRE(found);
  CHECK(found->url == image.url);
  CHECK(found->validators.last_modified == image.validators.last_modified);
  CHECK(found->freshness.stored == 1000);
  CHECK(found->freshness.until == 1234);
  CHECK(found->size == 567);
  CHECK(found->changed == -89);
  CHECK(found->sha256 == image.sha256);
  CHECK(!again.ledger->image("other.png", image.url));
  CHECK(!again.ledger->image("a'b/é.png", "https://host/2.png"));
}

TEST_CASE("a ledger of version 1 is upgraded, and its entries are stale", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  cache::SqliteDatabase(path).run(R"(
    PRAGMA application_id = 0x73707269;
    PRAGMA user_version = 1;
  CREATE TABLE document (
    url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, fresh_until INTEGER, dataset TEXT, content BLOB);
  CREATE TABLE image (
    path TEXT PRIMARY KEY, url TEXT, etag TEXT, last_modified TEXT, fresh_until INTEGER,
    size INTEGER, changed INTEGER, sha256 BLOB) WITHOUT ROWID;
    INSERT INTO document VALUES ('https://host/a', 'x', '', 99999999999, 'hash', 'content');
    INSERT INTO image VALUES ('a.png', 'https://host/1.png', 'y', '', 99999999999, 5, 6, 'sha');)");
  for (int opening = 0; opening < 2; ++opening) {
    const cache::OpenedLedger opened = cache::open_ledger(path);
    CHECK(!opened.warning);
    REQUIRE(opened.ledger);
    const auto document = opened.ledger->document("https://host/a");
    REQUIRE(document);
    CHECK(document->content == "content");
    CHECK(!document->freshness.covers(1));
    const auto found = opened.ledger->image("a.png", "https://host/1.png");
    REQUIRE(found);
    CHECK(found->sha256 == "sha");
    CHECK(found->validators.etag == "y");
    CHECK(!found->freshness.covers(1));
  }
}

TEST_CASE("an entry is fresh from when it was stored, not before", "[ledger]") {
  const cache::Freshness freshness{100, 200};
  CHECK(!freshness.covers(99));
  CHECK(freshness.covers(100));
  CHECK(freshness.covers(199));
  CHECK(!freshness.covers(200));
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
  for (int i = 0; i < 500; ++i) CHECK(opened.ledger->image("sure-" + std::to_string(i), image.url));
  CHECK(!opened.ledger->image("lost-0", image.url));
  CHECK(!opened.ledger->image("lost-4999", image.url));
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
  CHECK(third.ledger->image("a", image.url));
}

TEST_CASE("a file that is not a ledger is set aside and a new ledger created", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  const auto is_set_aside = [&](const std::string& bytes) {
    const cache::OpenedLedger opened = cache::open_ledger(path);
    CHECK(contains(opened.warning.value(), path + ".set-aside-"));
    REQUIRE(opened.ledger);
    CHECK(!opened.ledger->image("a", image.url));
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
    cache::SqliteDatabase(path).run("PRAGMA user_version = 99");
    is_set_aside(read_file(path));
  }
  SECTION("a ledger without our tables") {
    { const cache::Ledger ledger(path); }
    cache::SqliteDatabase(path).run("DROP TABLE image");
    is_set_aside(read_file(path));
  }
  SECTION("a ledger with anything that we did not make") {
    { const cache::Ledger ledger(path); }
    const char* const attack = GENERATE(
        "CREATE TRIGGER t AFTER INSERT ON image BEGIN INSERT INTO document SELECT 'x' || value, "
        "zeroblob(1000000), '', 0, 0, '', '' FROM (WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT "
        "value + 1 FROM c) SELECT value FROM c); END",
        "DROP TABLE document; CREATE TABLE document (url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, "
        "stored INTEGER, fresh_until INTEGER, dataset TEXT, content BLOB GENERATED ALWAYS AS "
        "(zeroblob(900000000)) VIRTUAL)",
        "DROP TABLE document; CREATE VIEW document AS SELECT 'u' AS url, '' AS etag, '' AS last_modified, 0 AS "
        "stored, 0 AS fresh_until, '' AS dataset, zeroblob(900000000) AS content",
        "CREATE INDEX i ON image (hex(zeroblob(900000000)))", "CREATE TABLE more (x)",
        "DROP TABLE document; CREATE VIRTUAL TABLE document USING fts5(url, content)");
    CAPTURE(attack);
    sqlite3* attacker = nullptr;
    REQUIRE(::sqlite3_open(path.c_str(), &attacker) == SQLITE_OK);
    const int code = ::sqlite3_exec(attacker, attack, nullptr, nullptr, nullptr);
    ::sqlite3_close(attacker);
    if (code != SQLITE_OK) return;  // this SQLite lacks fts5
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

TEST_CASE("a ledger that is larger than one can be is set aside unread", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  const char* const part = GENERATE("", "-wal", "-journal");
  { const cache::Ledger ledger(path); }
  write_file(path + part, read_file(path));
  fs::resize_file(path + part, std::uintmax_t{1} << 40);  // a hole: it takes no space
  const cache::OpenedLedger opened = cache::open_ledger(path);
  CHECK(contains(opened.warning.value(), "it is larger than a ledger can be"));
  REQUIRE(opened.ledger);
  CHECK(fs::exists(path + ".set-aside-1" + part));
}

TEST_CASE("a value or a statement of a ledger has a limit", "[ledger]") {
  const TempDir folder;
  cache::SqliteDatabase database(folder / "ledger");
  CHECK_THROWS_AS(database.run("SELECT zeroblob(20000000)"), cache::SqliteError);
  const test::ForgottenSignals at_end;
  const system::TerminationSignals signals;
  ::raise(SIGTERM);
  CHECK_THROWS_AS(database.run("WITH RECURSIVE c(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM c) "
                               "SELECT value FROM c"),
                  cache::SqliteError);
}

TEST_CASE("set_aside() renames the log files, too", "[ledger]") {
  const TempDir folder;
  for (const char* part : {"", "-wal", "-journal"}) write_file(folder / (std::string("ledger") + part), part);
  CHECK(cache::set_aside(folder / "ledger") == folder / "ledger.set-aside-1");
  CHECK(read_file(folder / "ledger.set-aside-1-wal") == "-wal");
  CHECK(read_file(folder / "ledger.set-aside-1-journal") == "-journal");
  CHECK(!cache::open_ledger(folder / "ledger").warning);
}

TEST_CASE("runs that share a snapshot cannot damage it; the last one's entries remain", "[ledger]") {
  const TempDir folder;
  const std::string path = folder / "ledger";
  cache::Ledger one(cache::LedgerSnapshot(path), ""), other(cache::LedgerSnapshot(path), "");
  one.store("one", image);
  other.store("other", image);
  one.flush();
  other.flush();
  const cache::OpenedLedger opened = cache::open_ledger(path);
  CHECK(!opened.warning);
  REQUIRE(opened.ledger);
  CHECK(!opened.ledger->image("one", image.url));
  CHECK(opened.ledger->image("other", image.url));
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
