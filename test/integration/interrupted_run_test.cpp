#include "support/catch.hpp"
#include "support/eventually.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/numbered_pokemon.hpp"
#include "support/proc.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/event.hpp>

#include <algorithm>
#include <csignal>
#include <functional>
#include <utility>

using namespace spritefarm::test;
using spritefarm::Event;

namespace {

/// A PokéAPI that serves pokémon 1 to `sound`, and a dataset's hash, and never answers requests for others.
class SilentApi {
 public:
  explicit SilentApi(
      int sound, std::function<void()> on_dataset = [] {})
      : m_sound(sound), m_on_dataset(std::move(on_dataset)) {}

  [[nodiscard]] std::string base_url() const { return m_server.url("/api/v2/"); }

 private:
  static constexpr int pokemon = 40;

  ScriptedServer::Reply reply(const std::string& path) {
    if (path.starts_with("/images/")) return ScriptedServer::response("200 OK", MadeUpApi::image);
    const std::string records = "/api/v2/pokemon/";
    if (path.find('?') != path.npos) return ScriptedServer::response("200 OK", index());
    if (path == "/api/v2/meta/") {
      m_on_dataset();
      return {"", ScriptedServer::Reply::stall};
    }
    std::string name = path.substr(records.size());
    if (name.front() == 'p') name.erase(0, 1);
    const int id = std::stoi(name);
    if (id > m_sound) return {"", ScriptedServer::Reply::stall};
    const std::string number = std::to_string(id);
    return ScriptedServer::response("200 OK", numbered_record(number, m_server.url("/images/" + number)));
  }
  std::string index() const { return numbered_index(pokemon, m_server.url("/api/v2/pokemon/")); }

  const int m_sound;
  const std::function<void()> m_on_dataset;
  ScriptedServer m_server{[this](const ScriptedServer::Request& request) { return reply(request.path); }};
};

}  // namespace

TEST_CASE("an interrupted run prints its report and leaves only complete files", "[interruption]") {
  const std::vector<std::string> mode =
      GENERATE(std::vector<std::string>{"-p", "2", "-c", "4"}, std::vector<std::string>{"-t", "2", "-c", "4"},
               std::vector<std::string>{"-s"});
  const int signal = mode.size() == 1 ? SIGTERM : mode.front() == "-t" ? SIGHUP : SIGINT;
  CAPTURE(mode.front(), signal);
  constexpr int sound = 5;
  const TempDir work;
  SilentApi api(sound);
  std::vector<std::string> arguments = {"--json",     "-v",           "--gallery", "--timeout",     "3600",
                                        "--base-url", api.base_url(), "-o",        work / "sprites"};
  arguments.insert(arguments.end(), mode.begin(), mode.end());
  Subprocess process(program(arguments));
  process.wait_for_message(" B\n", sound);  // the coordinator has all results that can arrive
  process.send_signal(signal);

  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.signal == signal);
  CHECK(outcome.err.find("interrupted") != std::string::npos);
  const RunReport report(outcome.out);
  CHECK(outcome.out.find("\"interrupted\": true") != std::string::npos);
  CHECK(report.count.at("downloaded") == sound);
  CHECK(report.count.at("failed") == 0);
  CHECK(report.count.at("worker_deaths") == 0);
  auto files = read_tree(work / "sprites");
  CHECK(files["index.html"].find("\"p5.png\"") != std::string::npos);
  files.erase("index.html");
  CHECK(files.size() == sound);
  for (const auto& [name, bytes] : files) {
    CAPTURE(name);
    CHECK(bytes == MadeUpApi::image);
  }
}

TEST_CASE("a run can be interrupted while it waits for the index", "[interruption]") {
  const std::string mode = GENERATE(as<std::string>(), "-p2", "-t2", "-s");
  CAPTURE(mode);
  Event asked;
  ScriptedServer server([&](const ScriptedServer::Request&) -> ScriptedServer::Reply {
    asked.set();
    return {"", ScriptedServer::Reply::stall};
  });
  const TempDir work;
  Subprocess process(program(
      {"--json", mode, "--timeout", "3600", "--base-url", server.url("/api/v2/"), "-o", work / "sprites"}));
  REQUIRE(asked.wait(Subprocess::long_enough));
  process.send_signal(SIGINT);
  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.signal == SIGINT);
  CHECK(outcome.out.find("\"interrupted\": true") != std::string::npos);
  CHECK(RunReport(outcome.out).count.at("selected") == 0);
  CHECK(read_tree(work / "sprites").empty());
}

TEST_CASE("a run can be interrupted while it asks whether its cache is current", "[interruption]") {
  const std::string mode = GENERATE(as<std::string>(), "-p2", "-t2", "-s");
  CAPTURE(mode);
  Event asked;
  SilentApi api(1, [&asked] { asked.set(); });
  const TempDir work;
  const auto farming = [&] {
    return program({"--json", mode, "--refresh", "--timeout", "3600", "--base-url", api.base_url(), "-o",
                    work / "sprites", "p1"});
  };
  REQUIRE(run(farming()).exit_status == 0);
  Subprocess process(farming());
  REQUIRE(asked.wait(Subprocess::long_enough));
  process.send_signal(SIGINT);
  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.signal == SIGINT);
  CHECK(RunReport(outcome.out).count.at("selected") == 0);
  CHECK(read_tree(work / "sprites").size() == 1);
}

TEST_CASE("the mirror dies of the signal that ends it", "[interruption]") {
  const int signal = GENERATE(SIGINT, SIGTERM, SIGHUP);
  Subprocess mirror(program({"mirror"}));
  mirror.read_line();
  mirror.send_signal(signal);
  CHECK(mirror.finish().signal == signal);
}

TEST_CASE("a shell loop ends with the run that Ctrl-C ends", "[interruption]") {
  Event asked;
  ScriptedServer server([&](const ScriptedServer::Request&) -> ScriptedServer::Reply {
    asked.set();
    return {"", ScriptedServer::Reply::stall};
  });
  const TempDir work;
  Command command =
      program({"-p2", "--timeout", "3600", "--base-url", server.url("/api/v2/"), "-o", work / "sprites"});
  command.arguments.insert(
      command.arguments.begin(),
      {"setsid", "bash", "-c", "for round in 1 2; do echo round $round; \"$@\"; done", "bash"});
  Subprocess loop(std::move(command));
  CHECK(loop.read_line() == "round 1");
  REQUIRE(asked.wait(Subprocess::long_enough));
  ::kill(-loop.pid(), SIGINT);  // as the terminal does
  const Outcome outcome = loop.finish();
  CHECK(outcome.signal == SIGINT);
  CHECK(outcome.out.find("round 2") == outcome.out.npos);
}

TEST_CASE("a signal that was ignored at the start stays ignored", "[interruption]") {
  const TempDir work;
  Event asked, answer;
  ScriptedServer server([&](const ScriptedServer::Request&) -> ScriptedServer::Reply {
    asked.set();
    answer.wait(Subprocess::long_enough);
    return ScriptedServer::response("404 Not Found", "");
  });
  Command command = program({"-s", "--base-url", server.url("/api/v2/"), "-o", work / "sprites", "-n1"});
  command.arguments.insert(command.arguments.begin(), {"sh", "-c", "trap '' HUP; exec \"$@\"", "sh"});
  Subprocess process(std::move(command));
  REQUIRE(asked.wait(Subprocess::long_enough));
  process.send_signal(SIGHUP);
  answer.set();
  CHECK(process.finish().exit_status == 3);
}

TEST_CASE("a run that was stopped for longer than the timeout continues", "[interruption]") {
  const std::string mode = GENERATE(as<std::string>(), "-p2", "-t2", "-s");
  CAPTURE(mode);
  const TempDir work;
  Event asked, answer;
  ScriptedServer server([&](const ScriptedServer::Request& request) -> ScriptedServer::Reply {
    if (request.path.starts_with("/image")) return ScriptedServer::response("200 OK", MadeUpApi::image);
    asked.set();
    answer.wait(Subprocess::long_enough);
    return ScriptedServer::response("200 OK", numbered_record("1", server.url("/image.png")));
  });
  Command command = program({mode, "--timeout", "1", "--retries", "0", "--base-url", server.url("/api/v2/"),
                             "-o", work / "sprites", "p1"});
  command.leads_group = true;
  Subprocess process(std::move(command));
  REQUIRE(asked.wait(Subprocess::long_enough));
  std::vector<pid_t> stopping{process.pid()};
  for (const pid_t each : descendants_of(process.pid()))
    if (state_of(each).name.starts_with("worker ")) stopping.push_back(each);
  CHECK((stopping.size() > 1) == (mode == "-p2"));

  process.send_signal(SIGTSTP);
  const auto is_stopped = [](pid_t each) { return state_of(each).letter == 'T'; };
  REQUIRE(eventually([&] { return std::all_of(stopping.begin(), stopping.end(), is_stopped); }));
  CHECK_FALSE(answer.wait(std::chrono::milliseconds(1600)));
  process.send_signal(SIGCONT);
  answer.set();
  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
}
