#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/nginx_server.hpp"
#include "support/pokeapi_folder.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <atomic>
#include <map>
#include <set>
#include <thread>

using namespace spritefarm::test;

TEST_CASE("workers connect while the coordinator waits for the index, and then use these connections",
          "[warm]") {
  const std::string mode = GENERATE("-p", "-t");
  CAPTURE(mode);
  constexpr std::size_t workers = 4;
  constexpr int all_connected = 1 + 2 * workers;  // one of the coordinator, two of each worker

  static const PokeapiFolder pokeapi;
  std::atomic<const NginxServer*> hosts = nullptr;
  std::atomic<int> seen = 0;
  // The server sends the index when all connections are open, or after half a minute.
  ScriptedServer index([&](const ScriptedServer::Request&) {
    for (int asked = 0; asked < 3000 && seen < all_connected; ++asked) {
      seen = hosts.load()->connected_clients();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return ScriptedServer::response("200 OK", read_file(pokeapi.path() / "api/v2/pokemon/index.json"));
  });
  NginxServer nginx(pokeapi.path(), {"pokeapi.co", "raw.githubusercontent.com"},
                    {.locations = "location = /api/v2/pokemon/ { proxy_pass " + index.url("/") + "; }\n"});
  hosts = &nginx;

  const TempDir work;
  const Outcome outcome =
      run(program({mode, std::to_string(workers), "--connect-to", nginx.connect_to("pokeapi.co"),
                   "--connect-to", nginx.connect_to("raw.githubusercontent.com"), "--cacert", nginx.ca_file(),
                   "--json", "-o", work / "sprites"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  CHECK(seen == all_connected);
  const RunReport report(outcome.out);
  CHECK(report.count.at("downloaded") == 100);
  CHECK(report.count.at("requests") == 201);

  const std::vector<NginxRequest> requests = nginx.stop();
  CHECK(requests.size() == 201);
  // nginx numbers connections as they come, also the first, which asks whether it runs, and its own to the
  // server of the index. A connection that was opened after the index would have a higher number. A worker
  // that wakes late may have no work left for its own.
  std::map<std::string, std::set<int>> connections;
  std::set<int> numbers;
  for (const NginxRequest& request : requests) {
    const int number = std::stoi(request.connection);
    connections[request.host].insert(number);
    numbers.insert(number);
  }
  CHECK(*numbers.rbegin() <= all_connected + 2);
  CHECK(connections["pokeapi.co"].size() <= workers + 1);
  CHECK(connections["raw.githubusercontent.com"].size() <= workers);
}
