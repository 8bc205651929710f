#include "integration/fault_matrix.hpp"
#include "mirror/gzip.hpp"
#include "support/catch.hpp"
#include "support/changing_api.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"

using namespace spritefarm;
using namespace spritefarm::test;
using Reply = ScriptedServer::Reply;

namespace {

constexpr int pokemon = 8;
/// No server listens at this URL.
const std::string dead_url = "http://127.0.0.1:1/";

std::string name_of(int id) {
  return "p" + std::to_string(id);
}
std::string image_path(int id) {
  return "/image/" + std::to_string(id) + "?";
}
std::string record_path(int id) {
  return "/api/v2/pokemon/" + std::to_string(id) + "/";
}
Reply redirect(const std::string& to) {
  return ScriptedServer::response("302 Found", "", "Location: " + to + "\r\n");
}

/// `more` with options that make a run give up permanent faults early.
std::vector<std::string> briefly(std::vector<std::string> more) {
  if (!faults_in_full()) more.insert(more.end(), {"--retries", "1"});
  more.insert(more.end(), {"--timeout", "2"});
  return more;
}

/// An API with faults that the test chooses.
class SpoiledApi {
 public:
  /// A row in which the image of one pokémon and the record of another are spoiled.
  FaultRow row(const std::string& fault, const Reply& of_image, const Reply& of_record) {
    m_api->spoil(image_path(2), of_image);
    m_api->spoil(record_path(4), of_record);
    return row(fault, {2, 4});
  }
  FaultRow row(const std::string& fault, const Reply& reply) { return row(fault, reply, reply); }
  /// A row in which these pokémon fail.
  FaultRow row(const std::string& fault, const std::vector<int>& failed) {
    FaultRow row;
    row.fault = fault;
    for (int id = 1; id <= pokemon; ++id) row.source[name_of(id)] = m_api->image(id);
    for (const int id : failed) row.failed->insert(name_of(id));
    row.command = [api = m_api](const FaultMode& mode, const std::filesystem::path& output) {
      return farm_command(mode, output, briefly({"--base-url", api->base_url()}));
    };
    return row;
  }
  ChangingApi& api() { return *m_api; }

 private:
  std::shared_ptr<ChangingApi> m_api = std::make_shared<ChangingApi>(pokemon);
};

Reply half(Reply::After after) {
  return {"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + MadeUpApi::image.substr(0, 40), after};
}

}  // namespace

TEST_CASE("a faulty entry of the index or of a group fails its pokémon, and no other", "[faults]") {
  const bool is_group = GENERATE(false, true);
  const auto entry = [&](const std::string& url) {
    const std::string text = R"({"name": "p", "url": ")" + url + "\"}";
    return is_group ? R"({"pokemon": )" + text + "}" : text;
  };
  MadeUpApi api;
  api.record(1, "p1");
  api.document(is_group ? "api/v2/type/x/index.json" : "api/v2/pokemon/index.json",
               (is_group ? R"({"pokemon": [)" : R"({"count": 3, "next": null, "results": [)") +
                   entry("ftp://h/3/") + ',' + entry("/api/v2/pokemon/1/") + ",null]}");
  const TempDir work;
  std::vector<std::string> arguments = api.serve();
  arguments.insert(arguments.end(), {"-p", "2", "--json", "-o", work / "sprites"});
  if (is_group)
    arguments.insert(arguments.end(), {"--type", "x"});
  else
    arguments.emplace_back("--all");
  for (const bool is_second : {false, true}) {
    CAPTURE(is_second);
    const Outcome outcome = run(program(arguments));
    INFO(outcome.err);
    CHECK(outcome.exit_status == 1);
    CHECK(read_file(work / "sprites/p1.png") == MadeUpApi::image);
    const RunReport report(outcome.out);
    CHECK(report.count.at("selected") == 3);
    CHECK(report.count.at(is_second ? "unchanged" : "downloaded") == 1);
    REQUIRE(report.failures.size() == 2);
    CHECK(report.failures[0].name == "p");
    CHECK(report.failures[0].url.ends_with("#/0"));
    CHECK(report.failures[0].reason.starts_with("result 1 has a `url` that is no http"));
    CHECK(report.failures[1].name == "result 3");
    CHECK(report.failures[1].reason == "result 3 is not an object");
  }
}

TEST_CASE("a permanent fault of the server fails the affected sprites by name, and no other", "[faults]") {
  const TempDir work;
  write_file(work / "secret.png", MadeUpApi::image);
  const std::string bomb = mirror::gzip(std::string(64 << 20, ' '));
  std::vector<FaultRow> rows;
  const auto add = [&](const std::string& fault, const Reply& reply) {
    rows.push_back(SpoiledApi().row(fault, reply));
  };
  const auto add_slow = [&](const std::string& fault, const Reply& reply) {
    SpoiledApi spoiled;
    spoiled.api().spoil(image_path(2), reply);
    rows.push_back(spoiled.row(fault, std::vector<int>{2}));
  };
  add_slow("stalled server", {"", Reply::stall});
  add_slow("stalled body", half(Reply::stall));
  add_slow("slow body", half(Reply::drip));
  add("reset in mid-body", half(Reply::reset));
  add("connection cut in mid-body", half(Reply::close));
  add("no HTTP", {"garbage\r\n\r\n", Reply::close});
  add("endless body", {"HTTP/1.1 200 OK\r\n\r\n" + std::string(4096, 'x'), Reply::endless});
  add("gzip bomb", ScriptedServer::response("200 OK", bomb, "Content-Encoding: gzip\r\n"));
  add("redirect to a file", redirect("file://" + (work / "secret.png").string()));
  add("redirect to a closed port", redirect(dead_url));
  add("500", ScriptedServer::response("500 Internal Server Error", "broken"));
  rows.push_back(
      SpoiledApi().row("redirect loop", redirect(image_path(2) + "again"), redirect(record_path(4))));
  check_faults(rows);
}

TEST_CASE("a broken response never reaches a file, and the sprite fails by name", "[faults]") {
  const auto whole = [](const std::string& body) { return ScriptedServer::response("200 OK", body); };
  const auto row = [&](const std::string& fault, const std::string& prefix, const std::string& end,
                       const std::vector<std::string>& bodies) {
    SpoiledApi spoiled;
    std::vector<int> failed;
    for (const std::string& body : bodies) {
      failed.push_back(static_cast<int>(failed.size()) + 1);
      spoiled.api().spoil(prefix + std::to_string(failed.back()) + end, whole(body));
    }
    return spoiled.row(fault, failed);
  };
  const std::string& image = MadeUpApi::image;
  check_faults({row("broken images", "/image/", "?",
                    {image.substr(0, image.size() - 5), "<!DOCTYPE html><html><body>Sorry</body></html>", "",
                     std::string(image).replace(45, 1, "?")}),
                row("broken records", "/api/v2/pokemon/", "/",
                    {"", "{", "[]", R"({"id": 4, "name": "p4"})", R"({"id": 5, "name": "p5", "sprites": 7})",
                     "<html></html>", R"({"id": 7, "name": "p7", "sprites": {"front_default": 7}})"})});
}

TEST_CASE("an absent server, or one with a wrong certificate, is reported", "[faults]") {
  SpoiledApi refusing;
  refusing.api().spoil(record_path(4),
                       ScriptedServer::response("200 OK", R"({"id": 4, "name": "p4", "sprites": )"
                                                          R"({"front_default": ")" +
                                                              dead_url + R"(4.png"}})"));
  std::vector<FaultRow> rows{refusing.row("image host refuses connections", std::vector<int>{4})};

  rows.push_back(SpoiledApi().row("API refuses connections", std::vector<int>()));
  rows.back().command = [](const FaultMode& mode, const std::filesystem::path& output) {
    return farm_command(mode, output, briefly({"--base-url", dead_url + "api/v2/"}));
  };
  rows.back().exit_status = 3;
  rows.back().messages = {"cannot read the index: GET " + dead_url};

  const auto made_up = [](MadeUpApi& api) {
    std::vector<std::pair<int, std::string>> listed;
    for (int id = 1; id <= 4; ++id) {
      api.record(id, name_of(id));
      listed.emplace_back(id, name_of(id));
    }
    api.index(listed);
  };
  const auto over_tls = [](const std::string& fault, const std::vector<std::string>& options,
                           std::set<std::string> failed) {
    FaultRow row;
    row.fault = fault;
    for (int id = 1; id <= 4; ++id) row.source[name_of(id)] = MadeUpApi::image;
    row.failed = std::move(failed);
    row.command = [options](const FaultMode& mode, const std::filesystem::path& output) {
      return farm_command(mode, output, options);
    };
    return row;
  };
  MadeUpApi other_name, redirecting;
  made_up(other_name);
  rows.push_back(over_tls("image host with a wrong certificate", other_name.serve({}, {"pokeapi.co"}),
                          {"p1", "p2", "p3", "p4"}));
  rows.back().messages = {"certificate"};

  ScriptedServer plain(
      [](const ScriptedServer::Request&) { return ScriptedServer::response("200 OK", MadeUpApi::image); });
  NginxSettings settings;
  settings.locations = "    location = /images/2-0.png { return 302 " + plain.url("/2.png") + "; }\n";
  made_up(redirecting);
  rows.push_back(over_tls("redirect from https to http", redirecting.serve(settings), {"p2"}));
  check_faults(rows);
  CHECK(plain.connections() == 0);
}

TEST_CASE("a record with a cached 404 is read from the other form of its URL, with a message", "[faults]") {
  SpoiledApi poisoned;
  poisoned.api().spoil(record_path(4), ScriptedServer::response("404 Not Found", ""));
  // Without the trailing slash, it is served.
  FaultRow row = poisoned.row("poisoned cache entry", std::vector<int>());
  row.messages = {record_path(4) + ": status 404"};
  check_faults({row});

  const TempDir work;
  const RunReport report(
      run(farm_command(fault_modes()[0], work / "sprites", {"--base-url", poisoned.api().base_url()})).out);
  REQUIRE(report.detours.size() == 1);
  CHECK(report.detours[0].url == poisoned.api().base_url() + "pokemon/4/");
  CHECK(report.detours[0].instead == poisoned.api().base_url() + "pokemon/4");
}

TEST_CASE("what is unusual but whole is taken, and each kind is mentioned once", "[faults]") {
  ChangingApi api(pokemon);
  for (int id = 1; id <= pokemon; ++id)
    api.spoil(image_path(id), ScriptedServer::response("200 OK", api.image(id) + std::string(16, 'x')));
  api.spoil(record_path(3),
            ScriptedServer::response("200 OK",
                                     "\xef\xbb\xbf"
                                     R"({"id": 3, "name": "new-name", "sprites": )"
                                     R"({"front_default": "/image/3?x", "new": [true, 3]}})"));
  for (const FaultMode& mode : fault_modes()) {
    const TempDir work;
    const Outcome outcome = run(farm_command(mode, work / "sprites", {"--base-url", api.base_url()}));
    INFO(outcome.err);
    CHECK(outcome.exit_status == 0);
    const RunReport report(outcome.out);
    CHECK(report.count.at("downloaded") == pokemon);
    CHECK(report.count.at("retries") == 0);
    CHECK(report.notes.size() == pokemon + 1);
    CHECK(read_tree(work / "sprites").count("new-name.png") == 1);
    CHECK(outcome.err.find("new-name: the index calls 3 'p3', its record 'new-name'") != std::string::npos);
    const std::size_t first = outcome.err.find("16 bytes before the end of its file");
    REQUIRE(first != std::string::npos);
    CHECK(outcome.err.find("16 bytes before", first + 1) == std::string::npos);
    CHECK(outcome.err.find("and 7 more files have bytes after the end of the image") != std::string::npos);
  }
}
