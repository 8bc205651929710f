#include "cache/ledger.hpp"
#include "integration/fault_matrix.hpp"
#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/eventually.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/sanitizers.hpp"
#include "support/temp_dir.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

using namespace spritefarm;
using namespace spritefarm::test;
namespace fs = std::filesystem;

namespace {

constexpr int pokemon = 30;

FaultRow sound_row(const std::string& fault, ChangingApi& api) {
  FaultRow row;
  row.fault = fault;
  for (int id = 1; id <= pokemon; ++id) row.source["p" + std::to_string(id)] = api.image(id);
  row.failed.reset();
  return row;
}

/// `command`, run by the program of `words`.
Command preceded(std::vector<std::string> words, Command command) {
  command.arguments.insert(command.arguments.begin(), words.begin(), words.end());
  // LeakSanitizer needs a process of its own.
  command.environment["ASAN_OPTIONS"] = "detect_leaks=0";
  return command;
}

/// `command` run by a shell script in a mount namespace; $0 is the output directory, $@ the command.
Command with_mounts(const std::string& script, const fs::path& output, Command command) {
  return preceded({"unshare", "-rm", "sh", "-c", script, output}, std::move(command));
}

void skip(const std::string& row, const char* reason) {
  std::printf("%-38s skipped: %s\n", row.c_str(), reason);
}

/// Whether this machine allows mounts; prints a line if not.
bool may_mount(const std::string& row) {
  const TempDir work;
  const bool may = run({{"unshare", "-rm", "mount", "-t", "tmpfs", "none", work.path()}}).exit_status == 0;
  if (!may) skip(row, "mounting is not permitted here");
  return may;
}

}  // namespace

TEST_CASE("a full or read-only disk is reported, and leaves only complete files", "[faults]") {
  ChangingApi api(pokemon);
  std::vector<FaultRow> rows;
  if (may_mount("full disk")) {
    rows.push_back(sound_row("full disk", api));
    rows.back().command = [&](const FaultMode& mode, const fs::path& output) {
      const fs::path small = output.string() + "-small";
      fs::create_directory(small);
      return with_mounts(
          R"(mount -t tmpfs -o size=64k none "$0-small"; "$@"; status=$?; cp -a "$0-small/." "$0"; exit $status)",
          output, farm_command(mode, small, {"--base-url", api.base_url()}));
    };
    rows.back().exit_status = 4;
    rows.back().messages = {"No space left on device", "cannot be used any more"};
  }
  if (may_mount("read-only folder")) {
    rows.push_back(sound_row("read-only folder", api));
    rows.back().command = [&](const FaultMode& mode, const fs::path& output) {
      return with_mounts(R"(mount --bind "$0" "$0"; mount -o remount,ro,bind "$0"; exec "$@")", output,
                         farm_command(mode, output, {"--base-url", api.base_url()}));
    };
    rows.back().exit_status = 4;
    rows.back().messages = {"Read-only file system"};
  }
  check_faults(rows);
}

TEST_CASE("a limit on the size of files ends the run with one line", "[faults][output]") {
  const std::vector<std::string> mode = GENERATE(
      std::vector<std::string>{"-p2"}, std::vector<std::string>{"-t2"}, std::vector<std::string>{"-s"});
  CAPTURE(mode.front());
  // Less than the shared memory of processes needs; less than an image has, but more than the first probe.
  const std::string size = mode.front() == "-p2" ? "100000" : "4097";
  const TempDir work;
  ChangingApi api(pokemon);
  api.spoil("/images/", ScriptedServer::response("200 OK", MadeUpApi::image + std::string(5000, ' ')));
  std::vector<std::string> arguments = mode;
  arguments.insert(arguments.end(),
                   {"--ledger", "none", "--base-url", api.base_url(), "-o", work / "sprites"});
  const Outcome outcome = run(preceded({"prlimit", "--fsize=" + size}, program(arguments)));
  INFO(outcome.err);
  CHECK(outcome.signal == 0);
  CHECK(outcome.err.find("File too large; allow ") != outcome.err.npos);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') <= 2);
}

TEST_CASE("a limit below the size of the first file is told with what to do", "[faults][output]") {
  const TempDir work;
  const Outcome outcome =
      run(preceded({"prlimit", "--fsize=100"},
                   program({"-s", "--base-url", "http://127.0.0.1:1/", "-o", work / "sprites"})));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 4);
  CHECK(outcome.err.find("File too large; allow larger files (ulimit -f)\n") != outcome.err.npos);
}

TEST_CASE("a removed output directory ends the run with one line", "[faults][output]") {
  const std::string mode = GENERATE(as<std::string>(), "-p2", "-t2", "-s");
  CAPTURE(mode);
  const TempDir work;
  ChangingApi api(200);
  api.stall_image(1);
  Subprocess process(program({mode, "--ledger", "none", "--rate", "20", "--timeout", "2", "--base-url",
                              api.base_url(), "-o", work / "sprites", "--all"}));
  api.wait_for_stalled();
  // The program may create a file while the directory is being emptied.
  REQUIRE(eventually([&] {
    std::error_code error;
    fs::remove_all(work / "sprites", error);
    return !fs::exists(work / "sprites");
  }));
  api.stall_image(0);
  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.exit_status == 4);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') <= 2);  // with the summary
  CHECK(outcome.err.find("the directory was removed: run again") != outcome.err.npos);
  CHECK(api.take_log().size() < 400);
}

TEST_CASE("a limit on descriptors or processes fails sprites by name", "[faults]") {
  ChangingApi api(pokemon);
  std::vector<FaultRow> rows;
  std::vector<std::string> limits{"16", "24", "32"};
  if (UNDER_ADDRESS_SANITIZER) {
    skip("few open files", "the sanitizer itself needs descriptors, and reports false errors without");
    limits.clear();
  }
  for (const std::string& limit : limits) {
    rows.push_back(sound_row("at most " + limit + " open files", api));
    rows.back().command = [&, limit](const FaultMode& mode, const fs::path& output) {
      return preceded({"prlimit", "--nofile=" + limit},
                      farm_command(mode, output, {"--retries", "1", "--base-url", api.base_url()}));
    };
  }
  // The limit on processes does not apply to root, so root runs a copy of the program as another user.
  const TempDir open;
  std::vector<std::string> as_somebody{"prlimit", "--nproc=1"};
  if (::geteuid() == 0) {
    fs::permissions(open.path(), fs::perms::all);
    fs::copy_file(program_path(), open / "spritefarm");
    as_somebody = {"setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "prlimit", "--nproc=1"};
  }
  rows.push_back(sound_row("no more processes", api));
  rows.back().command = [&](const FaultMode& mode, const fs::path& output) {
    Command command = farm_command(mode, output, {"--base-url", api.base_url()});
    if (::geteuid() == 0) {
      command.arguments.front() = open / "spritefarm";
      for (const fs::path& folder : {output, output.parent_path()}) fs::permissions(folder, fs::perms::all);
    }
    return preceded(as_somebody, command);
  };
  rows.back().exit_status = 1;
  rows.back().messages = {"allow it more processes"};
  check_faults(rows);
}

TEST_CASE("a lack of memory is called a lack of memory", "[faults]") {
  if (UNDER_ADDRESS_SANITIZER || UNDER_THREAD_SANITIZER) {
    skip("little memory", "the sanitizer itself needs address space");
    return;
  }
  ChangingApi api(pokemon);
  for (int megabytes = 30; megabytes <= 150; megabytes += faults_in_full() ? 10 : 40) {
    for (const std::string mode : {"-p2", "-t4", "-s"}) {
      const TempDir work;
      const Outcome outcome = run(preceded({"prlimit", "--as=" + std::to_string(megabytes) + "000000"},
                                           program({mode, "--retries", "1", "-n", "5", "--base-url",
                                                    api.base_url(), "-o", work / "sprites"})));
      CAPTURE(megabytes, mode, outcome.err);
      if (outcome.exit_status == 127) continue;  // not even the program's libraries find room
      CHECK(outcome.signal == 0);
      if (outcome.exit_status == 0) continue;
      const auto is_told = [&](const char* words) { return outcome.err.find(words) != outcome.err.npos; };
      CHECK((is_told("not enough memory") || is_told("Cannot allocate memory") || is_told("out of memory")));
      for (const char* const other : {"more processes", "libcrypto", "the network", "connection"})
        CHECK(outcome.err.find(other) == outcome.err.npos);
    }
  }
}

TEST_CASE("a run continues without a ledger that another run has locked", "[faults]") {
  ChangingApi api(pokemon);
  FaultRow row = sound_row("ledger of another run", api);
  std::vector<std::unique_ptr<cache::Ledger>> others;
  row.command = [&](const FaultMode& mode, const fs::path& output) {
    others.push_back(std::make_unique<cache::Ledger>(output / ".spritefarm.db"));
    return farm_command(mode, output, {"--base-url", api.base_url()});
  };
  row.failed.emplace();
  row.messages = {"another run has the ledger"};
  check_faults({row});
}
