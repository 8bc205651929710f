#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"

using namespace spritefarm::test;

TEST_CASE("no secret reaches a message, the report, the trace, the ledger or ps", "[secrets]") {
  const std::string secret = "hunter2";
  const TempDir work;
  ChangingApi api(3);
  std::string url = api.base_url();
  url.insert(url.find("//") + 2, "farm:" + secret + "@");
  api.spoil("/api/v2/pokemon/2/", ScriptedServer::response("403 Forbidden", ""));
  // A record whose image has credentials, in an address that no client can use.
  api.spoil("/api/v2/pokemon/3/",
            ScriptedServer::response("200 OK", R"({"id": 3, "name": "p3", "sprites": {"front_default": )"
                                               R"("http://farm:hunter2@127.0.0.1:1:1/3.png"}})"));
  const std::vector<std::string> arguments{"--all",
                                           "-p",
                                           "2",
                                           "--json",
                                           "-v",
                                           "--retries",
                                           "0",
                                           "--base-url",
                                           url,
                                           "--header",
                                           "Authorization: Bearer " + secret,
                                           "--trace",
                                           (work / "trace").string(),
                                           "-o",
                                           (work / "sprites").string()};
  const Outcome outcome = run(program(arguments));
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.exit_status == 1);
  CHECK(outcome.out.find(secret) == std::string::npos);
  CHECK(outcome.err.find(secret) == std::string::npos);
  CHECK(read_file(work / "trace").find(secret) == std::string::npos);
  for (const char* file : {"sprites/.spritefarm.db", "sprites/.spritefarm.db-wal"})
    if (std::filesystem::exists(work / file)) CHECK(read_file(work / file).find(secret) == std::string::npos);
  CHECK(std::filesystem::exists(work / "sprites/p1.png"));
}
