#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/nginx_server.hpp"
#include "support/pokeapi_folder.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"

#include <set>

using namespace spritefarm::test;

namespace {

struct Mode {
  std::string name;
  std::vector<std::string> options;
  std::uint64_t workers;
};

}  // namespace

TEST_CASE("the sprites of the first 100 pokémon of pokeapi.co arrive byte for byte", "[real]") {
  const Mode mode =
      GENERATE(Mode{"processes", {"-p", "4"}, 4}, Mode{"threads", {"-t", "4"}, 4}, Mode{"serial", {"-s"}, 1});
  CAPTURE(mode.name);
  static const PokeapiFolder pokeapi;
  NginxServer hosts(pokeapi.path(), {"pokeapi.co", "raw.githubusercontent.com"});
  const TempDir work;

  std::vector<std::string> arguments = mode.options;
  for (const char* host : {"pokeapi.co", "raw.githubusercontent.com"}) {
    arguments.insert(arguments.end(), {"--connect-to", hosts.connect_to(host)});
  }
  arguments.insert(arguments.end(), {"--cacert", hosts.ca_file(), "--json", "-o", work / "sprites"});
  const Outcome outcome = run(program(arguments));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);

  const std::map<std::string, std::string> originals = pokeapi.front_sprites(),
                                           files = read_tree(work / "sprites");
  REQUIRE(originals.size() == 100);
  CHECK(files.size() == 100);
  std::size_t image_bytes = 0, differing = 0;
  for (const auto& [name, bytes] : originals) {
    const auto file = files.find(name + ".png");
    differing += file == files.end() || file->second != bytes;
    image_bytes += bytes.size();
  }
  CHECK(differing == 0);

  const RunReport report(outcome.out);
  const std::vector<NginxRequest> requests = hosts.stop();
  CHECK(report.mode == mode.name);
  CHECK(report.count.at("workers") == mode.workers);
  CHECK(report.count.at("selected") == 100);
  CHECK(report.count.at("downloaded") == 100);
  for (const char* none : {"unchanged", "missing", "failed", "retries", "worker_deaths"}) {
    CAPTURE(none);
    CHECK(report.count.at(none) == 0);
  }
  CHECK(report.count.at("requests") == 201);
  CHECK(report.count.at("bytes") >= image_bytes);
  CHECK(report.seconds > 0);
  CHECK(report.failures.empty());
  CHECK(report.missing_sprites.empty());

  CHECK(requests.size() == 201);
  std::map<std::string, std::set<std::string>> connections;
  std::size_t plain_records = 0, not_http2 = 0, not_ok = 0;
  for (const NginxRequest& request : requests) {
    connections[request.host].insert(request.connection);
    plain_records += request.host == "pokeapi.co" && request.encoding != "gzip";
    not_http2 += request.protocol != "HTTP/2.0";
    not_ok += request.status != 200;
  }
  CHECK(plain_records == 0);
  CHECK(not_http2 == 0);
  CHECK(not_ok == 0);
  CHECK(connections.size() == 2);
  CHECK(connections["raw.githubusercontent.com"].size() <= mode.workers);
  CHECK(connections["pokeapi.co"].size() <= mode.workers + 1);  // one more of the coordinator, for the index
}
