#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/numbered_pokemon.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/event.hpp>

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
  const int signal = mode.size() == 1 ? SIGTERM : SIGINT;
  CAPTURE(mode.front(), signal);
  constexpr int sound = 5;
  const TempDir work;
  SilentApi api(sound);
  std::vector<std::string> arguments = {"--json",     "-v",           "--gallery", "--timeout",     "3600",
                                        "--base-url", api.base_url(), "-o",        work / "sprites"};
  arguments.insert(arguments.end(), mode.begin(), mode.end());
  Subprocess process(program(arguments));
  process.wait_for_message(" bytes\n", sound);  // the coordinator has all results that can arrive
  process.send_signal(signal);

  const Outcome outcome = process.finish();
  INFO(outcome.err);
  CHECK(outcome.exit_status == 130);
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
  CHECK(outcome.exit_status == 130);
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
  CHECK(outcome.exit_status == 130);
  CHECK(RunReport(outcome.out).count.at("selected") == 0);
  CHECK(read_tree(work / "sprites").size() == 1);
}
