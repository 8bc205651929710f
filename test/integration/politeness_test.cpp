#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <thread>

using namespace spritefarm::test;
using namespace std::chrono_literals;

namespace {

using Clock = std::chrono::steady_clock;

/// A PokéAPI that records the time of each request.
class TimedApi {
 public:
  /// Answers the `refused`-th request for a record with this status and headers, which ask for a pause of two
  /// seconds; 0: none.
  explicit TimedApi(int refused = 0, std::string status = {}, std::string headers = {})
      : m_refused(refused), m_status(std::move(status)), m_headers(std::move(headers)) {}

  /// The arguments of a run that takes the pokémon with these ids.
  [[nodiscard]] std::vector<std::string> arguments(int pokemon) const {
    std::vector<std::string> ids{"--base-url", m_server.url("/api/v2/")};
    for (int id = 1; id <= pokemon; ++id) ids.push_back(std::to_string(id));
    return ids;
  }
  [[nodiscard]] std::vector<Clock::time_point> arrivals() {
    const std::lock_guard lock(m_mutex);
    return m_arrivals;
  }
  /// The number of requests for records during the pause.
  [[nodiscard]] int early() {
    const std::lock_guard lock(m_mutex);
    return m_early;
  }

 private:
  ScriptedServer::Reply reply(const std::string& path) {
    const auto now = Clock::now();
    const std::string records = "/api/v2/pokemon/";
    {
      const std::lock_guard lock(m_mutex);
      m_arrivals.push_back(now);
      if (path.starts_with(records)) {
        if (++m_records == m_refused) {
          m_open_again = now + 2s;
          return ScriptedServer::response(m_status, "", m_headers);
        }
        m_early += now < m_open_again ? 1 : 0;
      }
    }
    std::this_thread::sleep_for(10ms);  // a network's round trip
    if (!path.starts_with(records)) return ScriptedServer::response("200 OK", MadeUpApi::image);
    const std::string number = path.substr(records.size(), path.find('/', records.size()) - records.size());
    return ScriptedServer::response("200 OK", R"({"id": )" + number + R"(, "name": "p)" + number +
                                                  R"(", "sprites": {"front_default": ")" +
                                                  m_server.url("/images/" + number) + R"("}})");
  }

  const int m_refused;
  const std::string m_status, m_headers;
  std::mutex m_mutex;
  std::vector<Clock::time_point> m_arrivals;
  Clock::time_point m_open_again{};
  int m_records = 0, m_early = 0;
  ScriptedServer m_server{[this](const ScriptedServer::Request& request) { return reply(request.path); }};
};

Outcome farm(std::vector<std::string> arguments, const TempDir& work, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.insert(arguments.end(), {"--json", "-o", work / "sprites"});
  return run(program(arguments));
}

}  // namespace

TEST_CASE("all workers together keep the rate of --rate", "[polite]") {
  const std::vector<std::string> mode =
      GENERATE(std::vector<std::string>{"-p", "4"}, std::vector<std::string>{"-t", "4"});
  CAPTURE(mode.front());
  TimedApi api;
  const TempDir work;
  std::vector<std::string> more = mode;
  more.insert(more.end(), {"--rate", "25"});
  const auto begin = Clock::now();
  const Outcome outcome = farm(api.arguments(60), work, more);
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  // A request arrives after it was sent, so no more requests have arrived than the rate allows to send.
  constexpr double rate = 25, burst = 64;
  const auto arrivals = api.arrivals();
  REQUIRE(arrivals.size() == 120);
  for (std::size_t i = 0; i < arrivals.size(); ++i) {
    CAPTURE(i);
    CHECK(static_cast<double>(i + 1) <=
          burst + rate * std::chrono::duration<double>(arrivals[i] - begin).count() + 1e-6);
  }
}

TEST_CASE("all workers keep a pause that a server asked one worker for", "[polite]") {
  const auto [status, headers] = GENERATE(table<std::string, std::string>(
      {{"429 Too Many Requests", "Retry-After: 2\r\n"},
       {"503 Service Unavailable", "Retry-After: 2\r\n"},
       {"403 Forbidden", "Retry-After: 2\r\n"},
       {"403 Forbidden", "X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 2\r\n"}}));
  CAPTURE(status, headers);
  TimedApi api(10, status, headers);
  const TempDir work;
  const Outcome outcome = farm(api.arguments(200), work, {"-p", "4", "-c", "2", "--rate", "0"});
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  CHECK(RunReport(outcome.out).count.at("retries") == 1);
  // Some were sent before the pause was known: far fewer than the 190 for which the pause had time.
  CHECK(api.early() < 60);
}

TEST_CASE("a pause longer than --retry-max-time fails the sprites of its host at once", "[polite]") {
  TimedApi api(1, "429 Too Many Requests", "Retry-After: 90\r\n");
  const TempDir work;
  const Outcome outcome = farm(api.arguments(60), work, {"-p", "2", "-c", "2", "--retry-max-time", "60"});
  INFO(outcome.err);
  CHECK(outcome.exit_status == 1);
  const RunReport report(outcome.out);
  REQUIRE_FALSE(report.failures.empty());
  for (const RunReport::Failure& failure : report.failures) {
    CAPTURE(failure.reason);
    CHECK(failure.reason.find("127.0.0.1 asks for a pause until ") != std::string::npos);
  }
}

TEST_CASE("all workers together open few connections to a host without HTTP/2", "[polite]") {
  const MirrorServer mirror;
  const TempDir work;
  const Outcome outcome = run(program({"-p", "16", "-n", "100", "--rate", "0", "--json", "--base-url",
                                       mirror.base_url(), "-o", work / "sprites"}));
  INFO(outcome.err);
  REQUIRE(outcome.exit_status == 0);
  // At first 32, one more for each window of responses, and one for the index.
  CHECK(RunReport(outcome.out).count.at("connections") <= 64);
}

TEST_CASE("a long run announces its requests and its time", "[polite]") {
  const MirrorServer mirror;
  const TempDir work;
  Subprocess process(
      program({"--all", "--sprite", "all", "--base-url", mirror.base_url(), "-o", work / "sprites"}));
  while (!std::filesystem::exists(work / "sprites/front_default")) std::this_thread::sleep_for(10ms);
  process.send_signal(SIGINT);
  const Outcome outcome = process.finish();
  CHECK(outcome.signal == SIGINT);
  CHECK(outcome.err.find("up to about 55393 requests (1351 records, 54040 images), "
                         "about 9 min at 100 a second to a host (an estimate; see --rate)") !=
        std::string::npos);
}
