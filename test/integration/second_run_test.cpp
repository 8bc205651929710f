#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>

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

  [[nodiscard]] std::vector<std::string> arguments(const std::vector<std::string>& more) const {
    std::vector<std::string> all = mode;
    all.insert(all.end(), {"--json", "--base-url", api.base_url(), "-o", sprites()});
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  [[nodiscard]] std::string sprites() const { return work / "sprites"; }
  [[nodiscard]] std::string file(int id) const { return sprites() + "/p" + std::to_string(id) + ".png"; }

  RunReport run(const std::vector<std::string>& more = {}) {
    const Outcome outcome = spritefarm::test::run(program(arguments(more)));
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
  // Each record takes more than a page of the database, so this size means that eleven records are committed.
  const fs::path log_file = runs.sprites() + "/.spritefarm.db-wal";
  const auto is_committed = [&] {
    std::error_code absent;
    const auto size = fs::file_size(log_file, absent);
    return !absent && size > (pokemon - 1) * 2 * 4096;
  };
  REQUIRE(eventually(is_committed, std::chrono::seconds(30)));
  const int signal = GENERATE(SIGKILL, SIGINT);
  killed.send_signal(signal);
  const Outcome outcome = killed.finish();
  CHECK((signal == SIGKILL ? outcome.signal == SIGKILL : outcome.exit_status == 130));
  write_file(runs.sprites() + "/.spritefarm-00112233445566ff.part", "partial image");
  runs.api.take_log();

  runs.api.stall_image(0);
  const RunReport report = runs.run();
  const auto downloaded = static_cast<int>(report.count.at("downloaded"));
  const auto unchanged = static_cast<int>(report.count.at("unchanged"));
  CHECK(unchanged + downloaded == static_cast<int>(pokemon));
  CHECK(unchanged > 0);
  if (signal == SIGINT) CHECK(downloaded == 1);  // a kill may lose the newest entries of the ledger
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
