// The memory of a run when a server sends as much as it may.

#include "mirror/gzip.hpp"
#include "support/catch.hpp"
#include "support/made_up_api.hpp"
#include "support/numbered_pokemon.hpp"
#include "support/program.hpp"
#include "support/sanitizers.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"
#include "system/tree_memory.hpp"

#include <poll.h>

#include <algorithm>
#include <functional>
#include <string>

using namespace spritefarm;
using namespace spritefarm::test;
using Reply = ScriptedServer::Reply;

namespace {

constexpr int pokemon = 24;

struct Row {
  std::string name;
  std::function<Reply(const std::string& id, const std::string& image_url)> record;
  std::function<Reply()> image;
  std::size_t max_peak = 150;  ///< MiB
};

Reply compressed(const std::string& document) {
  return ScriptedServer::response("200 OK", mirror::gzip(document), "Content-Encoding: gzip\r\n");
}

/// A record that has `more` besides its sprite.
std::string record_with(const std::string& id, const std::string& image_url, const std::string& more) {
  std::string record = numbered_record(id, image_url);
  record.insert(record.size() - 1, ", \"x\": " + more);
  return record;
}

std::string repeated(const std::string& part, std::size_t size) {
  std::string text;
  while (text.size() < size) text += part;
  return text;
}

/// Rows of the table of memory in an attack on an earlier version: what made it take up to 1.8 GiB.
std::vector<Row> rows() {
  const auto image = [] { return ScriptedServer::response("200 OK", MadeUpApi::image); };
  const auto plain = [](const std::string& id, const std::string& url) {
    return ScriptedServer::response("200 OK", numbered_record(id, url));
  };
  const auto record = [](const std::string& more) {
    return [answer = compressed(record_with("1", "/image", more))](const std::string&, const std::string&) {
      return answer;
    };
  };
  const std::string large = "HTTP/1.1 200 OK\r\nContent-Length: 8388608\r\n\r\n" + MadeUpApi::image;
  // A transfer that waits for memory keeps what libcurl has decoded of one read, up to a thousand times as
  // much.
  constexpr std::size_t of_bombs = 400;
  constexpr std::size_t limit = (4 << 20) - 200;
  return {
      {"images of 8 MiB whose last bytes never come", plain,
       [large] {
         return Reply{large + std::string(8'388'500 - MadeUpApi::image.size(), 'x'), Reply::stall};
       }},
      {"records of small numbers", record("[" + repeated("1,", limit) + "1]"), image},
      {"records of open lists", record(repeated("[", limit)), image},
      {"records of 200 MiB", record("\"" + std::string(200 << 20, 'x') + "\""), image, of_bombs},
      {"records of equal keys", record("{" + repeated("\"\":1,", limit) + "\"\":1}"), image},
  };
}

/// The largest memory of the program and its processes while it ran, in MiB.
std::size_t peak_of(Subprocess& process) {
  std::size_t peak = 0;
  for (pollfd ended{process.pidfd(), POLLIN, 0}; ::poll(&ended, 1, 5) == 0;)
    peak = std::max(peak, system::proportional_memory_of_tree(process.pid()));
  return peak >> 20;
}

}  // namespace

TEST_CASE("two workers take at most 150 MiB, and 400 MiB for what is compressed to nothing",
          "[faults][memory]") {
  for (const Row& row : rows()) {
    CAPTURE(row.name);
    ScriptedServer images([&](const ScriptedServer::Request&) { return row.image(); });
    ScriptedServer api([&](const ScriptedServer::Request& request) {
      if (request.path.find('?') != std::string::npos)
        return ScriptedServer::response("200 OK", numbered_index(pokemon, "/api/v2/pokemon/"));
      const std::string id = request.path.substr(sizeof "/api/v2/pokemon/" - 1);
      return row.record(id.substr(0, id.find('/')), images.url("/image"));
    });
    const TempDir work;
    Subprocess process(program({"--base-url", api.url("/api/v2/"), "--all", "-p", "2", "-c", "32", "-q",
                                "--timeout", "1", "--retries", "0", "-o", work / "sprites"}));
    const std::size_t peak = peak_of(process);
    const Outcome outcome = process.finish();
    INFO(outcome.err);
    CHECK((outcome.exit_status == 0 || outcome.exit_status == 1));
    CHECK(api.requests() > pokemon);
    if (!UNDER_ADDRESS_SANITIZER && !UNDER_THREAD_SANITIZER) CHECK(peak <= row.max_peak);
  }
}
