#include "cache/ledger.hpp"
#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>

using namespace spritefarm;
using namespace spritefarm::test;
namespace fs = std::filesystem;

namespace {

constexpr int pokemon = 12;

/// One API and one output directory, for several runs.
struct Runs {
  ChangingApi api{pokemon};
  TempDir work;
  std::vector<std::string> mode = {"-p", "2"};
  std::string err;
  int lock_error = 0;

  [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = mode;
    all.insert(all.end(), {"--json", "--base-url", api.base_url(), "-o", sprites()});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] std::string sprites() const { return work / "sprites"; }
  [[nodiscard]] std::string file(int id) const { return sprites() + "/p" + std::to_string(id) + ".png"; }

  RunReport run(const std::vector<std::string>& more = {}) {
    Command command = program(arguments(more));
    command.lock_error = lock_error;
    const Outcome outcome = spritefarm::test::run(std::move(command));
    err = outcome.err;
    INFO(err);
    CHECK(outcome.exit_status == 0);
    return RunReport(outcome.out);
  }
  /// A run that downloads `downloaded` sprites and finds the others unchanged.
  void run_that_downloads(std::uint64_t downloaded, const std::vector<std::string>& more = {}) {
    const RunReport report = run(more);
    CHECK(report.count.at("selected") == pokemon);
    CHECK(report.count.at("downloaded") == downloaded);
    CHECK(report.count.at("unchanged") == pokemon - downloaded);
    check_files();
  }
  void check_files() {
    CHECK(read_tree(sprites()).size() == pokemon);
    for (int id = 1; id <= pokemon; ++id) CHECK(read_file(file(id)) == api.image(id));
  }
};

unsigned mode_of(const std::string& path) {
  return static_cast<unsigned>(fs::status(path).permissions());
}

/// In nanoseconds since the epoch.
std::int64_t modified(const std::string& path) {
  struct stat found {};
  REQUIRE(::stat(path.c_str(), &found) == 0);
  return static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1'000'000'000 + found.st_mtim.tv_nsec;
}

using Log = std::vector<ChangingApi::Answer>;

long count(const Log& log, const std::string& path_begins_with, int status) {
  return std::count_if(log.begin(), log.end(), [&](const ChangingApi::Answer& answer) {
    return answer.status == status && answer.path.rfind(path_begins_with, 0) == 0;
  });
}

}  // namespace

TEST_CASE("a second run sends no request if all entries are fresh", "[second-run]") {
  Runs runs;
  runs.mode = GENERATE(std::vector<std::string>{"-p", "2"}, std::vector<std::string>{"-t", "2"},
                       std::vector<std::string>{"-s"});
  CAPTURE(runs.mode);
  runs.run_that_downloads(pokemon);
  CHECK(runs.api.take_log().size() == 1 + 2 * pokemon);
  runs.api.change_image(3);
  const auto tree = read_tree(runs.sprites());
  const RunReport report = runs.run();
  CHECK(report.count.at("unchanged") == pokemon);
  CHECK(report.count.at("requests") == 0);
  CHECK(runs.api.take_log().empty());
  CHECK(read_tree(runs.sprites()) == tree);

  const Outcome plain = run(program({"-s", "--base-url", runs.api.base_url(), "-o", runs.sprites()}));
  CHECK(plain.exit_status == 0);
  CHECK(plain.out.find("12 unchanged") != std::string::npos);
  CHECK(runs.api.take_log().empty());
}

TEST_CASE("a second run on a mirror sends no request", "[second-run]") {
  const MirrorServer mirror;
  const TempDir work;
  const std::vector<std::string> arguments = {"-p",
                                              "2",
                                              "-n",
                                              "10",
                                              "--sprite",
                                              "all",
                                              "--json",
                                              "--base-url",
                                              mirror.base_url(),
                                              "-o",
                                              work / "sprites"};
  const RunReport first(run(program(arguments)).out), second(run(program(arguments)).out);
  CHECK(first.count.at("downloaded") > 100);
  CHECK(second.count.at("unchanged") == first.count.at("downloaded"));
  CHECK(second.count.at("requests") == 0);
}

TEST_CASE("--refresh requests meta/ first, and records only if the dataset has changed", "[second-run]") {
  Runs runs;
  const bool has_dataset = GENERATE(true, false);
  CAPTURE(has_dataset);
  if (has_dataset) runs.api.name_dataset("one");
  runs.run_that_downloads(pokemon);
  runs.api.take_log();

  runs.api.change_image(5);
  runs.run_that_downloads(1, {"--refresh"});
  Log log = runs.api.take_log();
  REQUIRE(!log.empty());
  CHECK(log[0].path == "/api/v2/meta/");
  CHECK(count(log, "/image/", 304) == pokemon - 1);
  CHECK(count(log, "/image/", 200) == 1);
  CHECK(count(log, "/api/v2/pokemon/", 304) == (has_dataset ? 0 : pokemon + 1));
  CHECK(count(log, "/api/v2/pokemon/", 200) == 0);
  CHECK(count(log, "/api/v2/meta", 200) == (has_dataset ? 1 : 0));

  runs.api.change_record(7);
  if (has_dataset) runs.api.name_dataset("two");
  runs.run_that_downloads(1, {"--refresh"});
  log = runs.api.take_log();
  CHECK(log[0].path == "/api/v2/meta/");
  CHECK(count(log, "/api/v2/pokemon/", 304) == pokemon);
  CHECK(count(log, "/api/v2/pokemon/7/", 200) == 1);
  CHECK(count(log, "/image/", 304) == pokemon - 1);
  CHECK(count(log, "/image/7", 200) == 1);

  runs.run_that_downloads(0);
  CHECK(runs.api.take_log().empty());
}

TEST_CASE("stale entries are revalidated, not downloaded again", "[second-run]") {
  Runs runs;
  runs.api.set_max_age(GENERATE(0, -1));
  runs.api.name_dataset("one");
  runs.run_that_downloads(pokemon);
  runs.api.take_log();
  runs.run_that_downloads(0);
  const Log log = runs.api.take_log();
  CHECK(log.size() == 1 + pokemon);
  CHECK(log[0].path == "/api/v2/meta/");
  CHECK(count(log, "/image/", 304) == pokemon);
}

TEST_CASE("an unchanged response does not touch the file", "[second-run]") {
  Runs runs;
  runs.api.set_max_age(0);
  runs.api.forget_tags();
  runs.run_that_downloads(pokemon);
  runs.api.take_log();
  const auto time = fs::last_write_time(runs.file(1));
  runs.api.change_image(2);
  runs.run_that_downloads(1);
  CHECK(count(runs.api.take_log(), "/image/", 200) == pokemon);
  CHECK(fs::last_write_time(runs.file(1)) == time);
}

TEST_CASE("a file that is missing, truncated or altered is downloaded again, and no other", "[second-run]") {
  Runs runs;
  runs.run_that_downloads(pokemon);
  runs.api.take_log();
  std::vector<std::string> options;
  SECTION("missing") {
    fs::remove(runs.file(4));
  }
  SECTION("truncated") {
    fs::resize_file(runs.file(4), 20);
  }
  SECTION("altered") {
    write_file(runs.file(4), std::string(read_file(runs.file(4)).size(), 'x'));
  }
  SECTION("replaced by a symbolic link") {
    fs::rename(runs.file(4), runs.work / "elsewhere");
    fs::create_symlink(runs.work / "elsewhere", runs.file(4));
  }
  SECTION("altered with the same size and time, with --verify") {
    const auto time = fs::last_write_time(runs.file(4));
    std::string bytes = read_file(runs.file(4));
    bytes[40] = static_cast<char>(bytes[40] ^ 1);
    write_file(runs.file(4), bytes);
    fs::last_write_time(runs.file(4), time);
    CHECK(runs.run().count.at("unchanged") == pokemon);
    CHECK(read_file(runs.file(4)) == bytes);
    options = {"--verify"};
  }
  runs.run_that_downloads(1, options);
  const Log log = runs.api.take_log();
  REQUIRE(log.size() == 1);
  CHECK(log[0].path.rfind("/image/4", 0) == 0);
  CHECK(log[0].status == 200);
  runs.run_that_downloads(0, {"--verify"});
}

TEST_CASE("a file whose time alone differs is unchanged, and its new time is stored", "[second-run]") {
  Runs runs;
  runs.run_that_downloads(pokemon);
  runs.api.take_log();
  SECTION("copied without times") {
    fs::rename(runs.sprites(), runs.work / "before");
    fs::copy(runs.work / "before", runs.sprites(), fs::copy_options::recursive);
  }
  SECTION("touched") {
    for (int id = 1; id <= pokemon; ++id)
      fs::last_write_time(runs.file(id), fs::file_time_type::clock::now());
  }
  SECTION("rounded to two seconds, as by exFAT") {
    for (int id = 1; id <= pokemon; ++id) {
      const auto time = fs::last_write_time(runs.file(id)).time_since_epoch();
      fs::last_write_time(runs.file(id), fs::file_time_type(time - time % std::chrono::seconds(2)));
    }
  }
  runs.run_that_downloads(0);
  CHECK(runs.api.take_log().empty());
  cache::Ledger ledger(runs.sprites() + "/.spritefarm.db");
  int images = 0;
  ledger.each_image([&](const std::string& path, const cache::LedgerImage& image) {
    ++images;
    CHECK(image.changed == modified(runs.sprites() + "/" + path));
  });
  CHECK(images == pokemon);
}

TEST_CASE("what was stored while the clock was ahead is stale", "[second-run]") {
  Runs runs;
  runs.run_that_downloads(pokemon);
  runs.api.take_log();
  {
    cache::SqliteDatabase ledger(runs.sprites() + "/.spritefarm.db");
    const char* const ahead = GENERATE("3600", "300000000");  // an hour, ten years
    for (const char* table : {"document", "image"})
      ledger.run(("UPDATE " + std::string(table) + " SET stored = stored + " + ahead +
                  ", fresh_until = fresh_until + " + ahead)
                     .c_str());
  }
  runs.run_that_downloads(0);
  CHECK(count(runs.api.take_log(), "/image/", 304) == pokemon);
  runs.run_that_downloads(0);
  CHECK(runs.api.take_log().empty());
}

TEST_CASE("sprites that take turns at one path are told apart by their content", "[second-run]") {
  MadeUpApi api;
  api.document("a.png", MadeUpApi::image);
  api.document("b.png", MadeUpApi::image);
  api.document("api/v2/pokemon/1/index.json",
               R"({"id": 1, "name": "n1", "sprites": {
                 "a": "https://raw.githubusercontent.com/a.png",
                 "b": "https://raw.githubusercontent.com/b.png"}})");
  const TempDir work;
  const auto downloaded = [&](const std::string& key) {
    std::vector<std::string> arguments = api.serve();
    arguments.insert(arguments.end(), {"-s", "--json", "--sprite", key, "-o", work / "sprites", "1"});
    return RunReport(run(program(arguments)).out).count.at("downloaded");
  };
  CHECK(downloaded("a") == 1);
  CHECK(downloaded("b") == 1);
  CHECK(downloaded("a") == 0);  // the same bytes
}

TEST_CASE("another template or selection uses the stored records for its own files", "[second-run]") {
  Runs runs;
  runs.run_that_downloads(pokemon);
  runs.api.take_log();
  const RunReport report = runs.run({"--template", "{id}.{ext}"});
  CHECK(report.count.at("downloaded") == pokemon);
  CHECK(runs.api.take_log().size() == pokemon);
  CHECK(runs.run({"--template", "{id}.{ext}"}).count.at("requests") == 0);
  CHECK(runs.run().count.at("requests") == 0);
  CHECK(runs.run({"--sprite", "all"}).count.at("downloaded") == pokemon);  // another default template
  CHECK(count(runs.api.take_log(), "/api/v2/", 200) == 0);
}

TEST_CASE("after a kill or an interruption, the next run downloads the rest and removes partial files",
          "[second-run]") {
  Runs runs;
  runs.mode = {"-p", "1", "-c", "1"};
  runs.api.stall_image(pokemon);
  Subprocess killed(program(runs.arguments({})));
  runs.api.wait_for_stalled();
  // The program has the ledger locked, but not a copy of it, which has what is committed.
  const auto is_committed = [&] {
    const TempDir copy;
    for (const char* part : {"", "-wal"}) {
      const std::string name = std::string("/.spritefarm.db") + part;
      if (!fs::exists(runs.sprites() + name)) return false;
      fs::copy_file(runs.sprites() + name, copy.path().string() + name);
    }
    cache::Ledger ledger(copy / ".spritefarm.db");
    std::size_t images = 0;
    ledger.each_image([&](const std::string&, const cache::LedgerImage&) { ++images; });
    return images == pokemon - 1;
  };
  REQUIRE(eventually(is_committed, std::chrono::seconds(30)));
  const int signal = GENERATE(SIGKILL, SIGINT);
  killed.send_signal(signal);
  const Outcome outcome = killed.finish();
  CHECK(outcome.signal == signal);
  write_file(runs.sprites() + "/.spritefarm-00112233445566ff.part", "partial image");
  runs.api.take_log();

  runs.api.stall_image(0);
  const RunReport report = runs.run();
  const auto downloaded = static_cast<int>(report.count.at("downloaded"));
  CHECK(downloaded == 1);
  CHECK(report.count.at("unchanged") == pokemon - 1);
  const Log log = runs.api.take_log();
  CHECK(count(log, "/image/", 200) == downloaded);
  CHECK(count(log, "/api/v2/pokemon/", 200) <= downloaded);
  runs.check_files();  // and no other file is there
}

TEST_CASE("a damaged ledger is renamed with a message, and the run downloads everything", "[second-run]") {
  Runs runs;
  runs.run_that_downloads(pokemon);
  const std::string ledger = runs.sprites() + "/.spritefarm.db";
  write_file(ledger, std::string(10'000, '?'));
  runs.run_that_downloads(pokemon);
  CHECK(runs.err.find("renamed to " + fs::canonical(runs.sprites()).string() +
                      "/.spritefarm.db.set-aside-1") != std::string::npos);
  runs.run_that_downloads(0);
  CHECK(runs.err.find("set-aside") == std::string::npos);
}

TEST_CASE("with --mtime server, files have the time of their Last-Modified", "[second-run]") {
  Runs runs;
  runs.mode = GENERATE(std::vector<std::string>{"-p", "2"}, std::vector<std::string>{"-s"});
  runs.api.set_last_modified("Sun, 13 Sep 2020 12:26:40 GMT");
  const std::vector<std::string> of_server = {"--mtime", "server"};
  const auto check_times = [&](std::int64_t seconds) {
    for (int id = 1; id <= pokemon; ++id) CHECK(modified(runs.file(id)) == seconds * 1'000'000'000);
  };
  SECTION("downloaded") {
    runs.run_that_downloads(pokemon, of_server);
  }
  SECTION("downloaded before without it") {
    runs.run_that_downloads(pokemon);
    CHECK(modified(runs.file(1)) != 1'600'000'000'000'000'000);
    runs.run_that_downloads(0, of_server);
  }
  SECTION("copied without times") {
    runs.run_that_downloads(pokemon, of_server);
    fs::rename(runs.sprites(), runs.work / "before");
    fs::copy(runs.work / "before", runs.sprites(), fs::copy_options::recursive);
    runs.run_that_downloads(0, of_server);
  }
  check_times(1'600'000'000);
  runs.api.take_log();
  runs.run_that_downloads(0, of_server);
  runs.run_that_downloads(0);
  CHECK(runs.api.take_log().empty());
  check_times(1'600'000'000);

  runs.api.set_last_modified("Sun, 13 Sep 2020 12:26:50 GMT");
  runs.run_that_downloads(0, {"--refresh", "--mtime", "server"});
  CHECK(count(runs.api.take_log(), "/image/", 304) == pokemon);
  check_times(1'600'000'010);
}

TEST_CASE("with --mtime server, a response without Last-Modified gives a file the time of its writing",
          "[second-run]") {
  Runs runs;
  runs.api.set_last_modified(GENERATE("", "yesterday"));
  const std::string before = runs.work / "before";
  write_file(before, "");
  runs.run_that_downloads(pokemon, {"--mtime", "server"});
  CHECK(modified(runs.file(1)) >= modified(before));
}

TEST_CASE("on a file system without locks the ledger works, and a message says so", "[second-run]") {
  Runs runs;
  runs.lock_error = GENERATE(ENOLCK, ENOSYS, EIO, EOPNOTSUPP);
  CAPTURE(runs.lock_error);
  runs.run_that_downloads(pokemon);
  CHECK(runs.err.find("has no locks (" + std::string(std::strerror(runs.lock_error)) + ")") != runs.err.npos);
  CHECK(runs.err.find("another run") == runs.err.npos);
  CHECK(mode_of(runs.sprites() + "/.spritefarm.db") == 0600);
  runs.api.take_log();
  runs.run_that_downloads(0);
  CHECK(runs.api.take_log().empty());

  runs.lock_error = 0;  // the same file, where locks work, and back
  runs.run_that_downloads(0);
  CHECK(runs.err == "");
  CHECK(runs.api.take_log().empty());
  runs.lock_error = EIO;
  fs::remove(runs.file(3));
  runs.run_that_downloads(1);
  runs.run_that_downloads(0);
}

TEST_CASE("without locks, a ledger that a run with locks may be writing is not used", "[second-run]") {
  Runs runs;
  runs.run_that_downloads(pokemon);
  const std::string ledger = runs.sprites() + "/.spritefarm.db";
  write_file(ledger + "-wal", "log");
  const std::string bytes = read_file(ledger);
  runs.lock_error = ENOLCK;
  runs.run_that_downloads(pokemon);
  CHECK(runs.err.find("cannot be locked") != runs.err.npos);
  CHECK(read_file(ledger) == bytes);
  CHECK(read_file(ledger + "-wal") == "log");
}

TEST_CASE("the ledger is readable by its owner only, also one of an earlier version", "[second-run]") {
  Runs runs;
  runs.mode = {"-p", "1", "-c", "1"};
  const std::string ledger = runs.sprites() + "/.spritefarm.db";
  runs.run_that_downloads(pokemon);
  CHECK(mode_of(ledger) == 0600);
  fs::permissions(ledger, fs::perms(0644));
  fs::remove(runs.file(pokemon));
  runs.api.stall_image(pokemon);
  Subprocess running(program(runs.arguments({"--refresh"})));
  runs.api.wait_for_stalled();
  CHECK(mode_of(ledger) == 0600);
  CHECK(mode_of(ledger + "-wal") == 0600);
}

TEST_CASE("--ledger FILE can be shared by output directories", "[second-run]") {
  Runs runs;
  const std::vector<std::string> ledger = {"--ledger", runs.work / "shared.db"};
  std::vector<std::string> other = ledger;
  other.insert(other.end(), {"-o", runs.work / "other"});
  runs.run_that_downloads(pokemon, ledger);
  CHECK(!fs::exists(runs.sprites() + "/.spritefarm.db"));
  runs.api.take_log();

  fs::create_directory(runs.work / "other");
  const auto in_other = [&](const char* name) { return runs.work / ("other/" + std::string(name)); };
  write_file(in_other("p1.png"), std::string(runs.api.image(1).size(), 'x'));  // another file of this name
  fs::copy(runs.file(2), in_other("p2.png"));
  std::vector<std::string> arguments = runs.mode;
  arguments.insert(arguments.end(), {"--json", "--base-url", runs.api.base_url()});
  arguments.insert(arguments.end(), other.begin(), other.end());
  const RunReport report(run(program(arguments)).out);
  CHECK(report.count.at("unchanged") == 1);
  CHECK(report.count.at("downloaded") == pokemon - 1);
  CHECK(count(runs.api.take_log(), "/api/v2/", 200) == 0);
  for (int id = 1; id <= pokemon; ++id)
    CHECK(read_file(runs.work / ("other/p" + std::to_string(id) + ".png")) == runs.api.image(id));

  runs.run_that_downloads(0, ledger);
  CHECK(RunReport(run(program(arguments)).out).count.at("unchanged") == pokemon);
  CHECK(runs.api.take_log().empty());
}

TEST_CASE("--ledger none downloads everything and leaves no ledger", "[second-run]") {
  Runs runs;
  for (int runs_done = 0; runs_done < 2; ++runs_done) runs.run_that_downloads(pokemon, {"--ledger", "none"});
  CHECK(count(runs.api.take_log(), "/image/", 200) == 2 * pokemon);
  for (const auto& entry : fs::directory_iterator(runs.sprites())) CHECK(entry.path().extension() == ".png");
}

TEST_CASE("--ledger FILE leaves another program's file alone", "[second-run]") {
  Runs runs;
  const std::string precious = runs.work / "precious";
  write_file(precious, "my notes");
  fs::permissions(precious, fs::perms(0644));
  runs.run_that_downloads(pokemon, {"--ledger", precious});
  CHECK(runs.err.find("another program's file") != runs.err.npos);
  CHECK(read_file(precious) == "my notes");
  CHECK(mode_of(precious) == 0644);
  runs.run_that_downloads(pokemon, {"--ledger", runs.work / "no/such/folder"});
  CHECK(runs.err.find("No such file or directory") != runs.err.npos);
}

TEST_CASE("shares of one selection run concurrently, each with its own ledger", "[second-run]") {
  Runs runs;
  for (const std::uint64_t fresh : {0, 6}) {
    Subprocess one(program(runs.arguments({"--shard", "1/2"})));
    const RunReport two = runs.run({"--shard", "2/2"});
    CHECK(two.count.at("unchanged") == fresh);
    CHECK(two.count.at("selected") == 6);
    const Outcome outcome = one.finish();
    CHECK(RunReport(outcome.out).count.at("unchanged") == fresh);
    CHECK(outcome.err == "");
  }
  CHECK(fs::exists(runs.sprites() + "/.spritefarm-1-of-2.db"));
}

TEST_CASE("the gallery of a second run, also of a part, equals that of the first", "[second-run][gallery]") {
  Runs runs;
  runs.run_that_downloads(pokemon, {});
  runs.run({"--gallery"});
  const std::string page = read_file(runs.sprites() + "/index.html");
  CHECK(page.find("\"p12.png\"") != page.npos);
  fs::remove(runs.sprites() + "/index.html");
  const RunReport few = runs.run({"--gallery", "3", "5"});
  CHECK(few.count.at("unchanged") == 2);
  CHECK(read_file(runs.sprites() + "/index.html") == page);

  fs::remove(runs.file(7));
  runs.run({"--gallery", "3"});
  const std::string without = read_file(runs.sprites() + "/index.html");
  CHECK(without.find("\"p7.png\"") == without.npos);
  CHECK(without.find("\"p8.png\"") != without.npos);

  const Outcome refused = run(program(runs.arguments({"--gallery", "--template", "index.html", "9"})));
  CHECK(refused.exit_status == 4);
  CHECK(refused.err.find("/index.html is a sprite's own") != std::string::npos);
  CHECK(read_file(runs.sprites() + "/index.html") == runs.api.image(9));
}

TEST_CASE("a gallery distinguishes sprites of earlier runs that share a URL", "[second-run][gallery]") {
  MadeUpApi api;
  api.document("one.png", MadeUpApi::image);
  for (const char* id : {"1", "2"})
    api.document("api/v2/pokemon/" + std::string(id) + "/index.json",
                 R"({"id": )" + std::string(id) + R"(, "name": "n)" + id + R"(", "sprites": {
                   "a": "https://raw.githubusercontent.com/one.png",
                   "b": "https://raw.githubusercontent.com/one.png"}})");
  const TempDir work;
  std::vector<std::string> arguments = api.serve();
  arguments.insert(arguments.end(),
                   {"-s", "-q", "--sprite", "all", "--gallery", "-o", work / "sprites", "2"});
  const auto gallery = [&](const std::vector<std::string>& all) {
    const Outcome outcome = run(program(all));
    INFO(outcome.err);
    CHECK(outcome.exit_status == 0);
    return read_file(work / "sprites/index.html");
  };
  std::vector<std::string> both = arguments;
  both.emplace_back("1");
  const std::string page = gallery(both);
  CHECK(page.find(R"([1, "n1", [[0, 0, "n1.png"], [1, 1, "n1.png"]]])") != page.npos);
  CHECK(gallery(arguments) == page);
}
