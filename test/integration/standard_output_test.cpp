#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/numbered_pokemon.hpp"
#include "support/program.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <spritefarm/event.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace spritefarm::test;
using spritefarm::Event;

namespace {

/// A PokéAPI of 200 pokémon, which answers for all but the first only once it is let go.
class HeldApi {
 public:
  static constexpr int pokemon = 200;

  [[nodiscard]] std::string base_url() const { return m_server.url("/api/v2/"); }
  [[nodiscard]] int requests() const { return m_server.requests(); }
  void let_go() { m_go.set(); }

 private:
  ScriptedServer::Reply reply(const std::string& path) {
    const std::string records = "/api/v2/pokemon/";
    if (path.starts_with("/images/")) return ScriptedServer::response("200 OK", MadeUpApi::image);
    if (path.find('?') != path.npos) return ScriptedServer::response("200 OK", index());
    const std::string id = path.substr(records.size(), path.rfind('/') - records.size());
    if (id != "1" && !m_go.wait(Subprocess::long_enough)) return {"", ScriptedServer::Reply::reset};
    return ScriptedServer::response("200 OK", numbered_record(id, m_server.url("/images/" + id + ".png")));
  }
  std::string index() const { return numbered_index(pokemon, m_server.url("/api/v2/pokemon/")); }

  Event m_go;
  ScriptedServer m_server{[this](const ScriptedServer::Request& request) { return reply(request.path); }};
};

std::vector<std::string> a_mode() {
  return GENERATE(std::vector<std::string>{"-p", "2", "-c", "2"},
                  std::vector<std::string>{"-t", "2", "-c", "2"}, std::vector<std::string>{"-s"});
}

Command farming(const HeldApi& api, const TempDir& work, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--all", "--rate", "0", "--timeout", "3600", "--base-url",
                                     api.base_url(), "-o", work / "sprites"});
  return program(std::move(arguments));
}

}  // namespace

TEST_CASE("a dry run whose reader leaves ends quietly and asks for nothing more", "[output]") {
  std::vector<std::string> arguments = a_mode();
  CAPTURE(arguments.front());
  arguments.emplace_back("--dry-run");
  const TempDir work;
  HeldApi api;
  Subprocess process(farming(api, work, arguments));
  CHECK(process.read_line().ends_with("/images/1.png\tp1.png"));
  process.close_output();
  api.let_go();
  const Outcome outcome = process.finish();
  CHECK(outcome.exit_status == 141);
  CHECK(outcome.err.empty());
  CHECK(api.requests() < HeldApi::pokemon / 2);
}

TEST_CASE("a report whose reader has left ends the run quietly, with its files whole", "[output]") {
  std::vector<std::string> arguments = a_mode();
  CAPTURE(arguments.front());
  arguments.emplace_back("--json");
  const TempDir work;
  HeldApi api;
  Subprocess process(farming(api, work, arguments));
  process.close_output();
  api.let_go();
  const Outcome outcome = process.finish();
  CHECK(outcome.exit_status == 141);
  CHECK(outcome.err.empty());
  const auto files = read_tree(work / "sprites");
  CHECK(files.size() == HeldApi::pokemon);
  CHECK(std::all_of(files.begin(), files.end(),
                    [](const auto& file) { return file.second == MadeUpApi::image; }));
}

TEST_CASE("standard output on a full disk ends the run with one line", "[output]") {
  const std::string kind = GENERATE(as<std::string>(), "--dry-run", "--json");
  CAPTURE(kind);
  const TempDir work;
  HeldApi api;
  api.let_go();
  Command command = farming(api, work, {"-p", "2", kind});
  command.arguments.insert(command.arguments.begin(), {"sh", "-c", "exec \"$@\" > /dev/full", "sh"});
  const Outcome outcome = run(command);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.err == "spritefarm: cannot write to standard output: No space left on device\n");
}

TEST_CASE("closed standard descriptors are no descriptors of the run", "[output]") {
  const std::vector<std::string> mode = a_mode();
  const std::string closed =
      GENERATE(as<std::string>(), "<&-", ">&-", "2>&-", "<&- >&-", "<&- 2>&-", ">&- 2>&-", "<&- >&- 2>&-");
  CAPTURE(mode.front(), closed);
  const TempDir work;
  HeldApi api;
  api.let_go();
  std::vector<std::string> arguments = mode;
  arguments.emplace_back("-v");
  Command command = farming(api, work, arguments);
  command.arguments.insert(command.arguments.begin(), {"sh", "-c", "exec \"$@\" " + closed, "sh"});
  const Outcome outcome = run(command);
  CHECK(outcome.exit_status == 0);
  const auto files = read_tree(work / "sprites");
  CHECK(std::count_if(files.begin(), files.end(),
                      [](const auto& file) { return file.second == MadeUpApi::image; }) == HeldApi::pokemon);
}
