#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/made_up_api.hpp"
#include "support/program.hpp"
#include "text/printable_text.hpp"

#include <algorithm>
#include <sstream>

using namespace spritefarm::test;

namespace {

/// A wrong command line, its exit status, and words that the message must contain.
struct WrongCall {
  std::vector<std::string> arguments;
  int exit_status;
  std::vector<std::string> words;
};

void expect(const WrongCall& call, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = more;
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  std::string line;
  for (const std::string& argument : call.arguments) line += argument + " ";
  CAPTURE(line);
  const Outcome outcome = run(program(arguments));
  CAPTURE(outcome.out, outcome.err);
  CHECK(outcome.exit_status == call.exit_status);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.rfind("spritefarm: ", 0) == 0);
  CHECK(std::count(outcome.err.begin(), outcome.err.end(), '\n') == 1);
  for (const std::string& word : call.words) {
    CAPTURE(word);
    CHECK(outcome.err.find(word) != std::string::npos);
  }
}

/// No server listens at this URL: a run that sends a request ends with status 3.
const std::string dead_url = "http://127.0.0.1:1/api/v2/";

}  // namespace

TEST_CASE("a wrong command line is reported in one line, and nothing is written", "[cli]") {
  const TempDir work;
  const std::vector<WrongCall> calls = {
      {{"--frobnicate"}, 2, {"--frobnicate", "--help"}},
      {{"-p", "0"}, 2, {"--processes"}},
      {{"-p", "-4"}, 2, {"--processes"}},
      {{"-p", "many"}, 2, {"many"}},
      {{"-p", "4", "-t", "4"}, 2, {"--processes", "--threads"}},
      {{"-p", "4", "-s"}, 2, {"--processes", "--serial"}},
      {{"-t", "4", "-s"}, 2, {"--threads", "--serial"}},
      {{"-c", "4", "-s"}, 2, {"--concurrency", "--serial"}},
      {{"-t", "0"}, 2, {"--threads"}},
      {{"-c", "0"}, 2, {"--concurrency"}},
      {{"-n", "few"}, 2, {"few"}},
      {{"-n", "-1"}, 2, {"--limit"}},
      {{"-n", "99999999999999999999"}, 2, {"--limit"}},
      {{"--offset", "-1"}, 2, {"--offset"}},
      {{"--shard", "0/3"}, 2, {"--shard"}},
      {{"--shard", "4/3"}, 2, {"--shard"}},
      {{"--shard", "1"}, 2, {"--shard"}},
      {{"--sprite", ""}, 2, {"--sprite"}},
      {{"--sprite", "other..front_default"}, 2, {"--sprite"}},
      {{"--transport", "pigeon"}, 2, {"--transport"}},
      {{"--retries", "-1"}, 2, {"--retries"}},
      {{"--timeout", "soon"}, 2, {"--timeout"}},
      {{"--template", "{nonsense}.{ext}"}, 2, {"nonsense"}},
      {{"--template", "../{name}.{ext}"}, 2, {"../{name}.{ext}"}},
      {{"--base-url", "ftp://127.0.0.1/"}, 2, {"ftp://127.0.0.1/"}},
      {{"-o"}, 2, {"--output"}},
  };
  for (const WrongCall& call : calls) expect(call, {"--base-url", dead_url, "-o", work / "sprites"});
  CHECK(read_tree(work.path()).empty());
}

TEST_CASE("an output directory that cannot be used is reported before any request", "[cli]") {
  const TempDir work;
  write_file(work / "file", "mine");
  for (const std::string& folder :
       {(work / "file").string(), (work / "file/below").string(), std::string("/proc/no")}) {
    expect({{"-o", folder}, 4, {folder}}, {"--base-url", dead_url});
  }
  CHECK(read_file(work / "file") == "mine");
}

TEST_CASE("an index that cannot be read is reported in one line with its URL", "[cli]") {
  const TempDir work;
  MadeUpApi api;
  api.document("html/pokemon/index.json", "<!DOCTYPE html><html><body>Welcome to our portal</body></html>");
  api.document("broken/pokemon/index.json", "{\"count\": 1, \"next\": null, ");
  api.document("array/pokemon/index.json", "[1, 2, 3]");
  api.document("object/pokemon/index.json", "{\"message\": \"hello\"}");
  api.document("results/pokemon/index.json",
               "{\"count\": 1, \"next\": null, \"results\": [{\"title\": \"x\"}]}");
  api.document("empty/pokemon/index.json", "");
  std::vector<std::string> options = api.serve();
  options.insert(options.end(), {"-o", work / "sprites"});

  for (const char* page : {"html", "broken", "array", "object", "results", "empty"}) {
    const std::string url = std::string("https://pokeapi.co/") + page + "/";
    expect({{"--base-url", url}, 3, {url}}, options);
  }
  expect({{"--base-url", "https://pokeapi.co/absent/"}, 3, {"https://pokeapi.co/absent/", "404"}}, options);
  expect({{"--base-url", dead_url}, 3, {dead_url}}, options);
  expect({{"--base-url", "http://no-such-host.invalid/api/v2/"}, 3, {"no-such-host.invalid"}}, options);
  CHECK(read_tree(work.path()).empty());
}

TEST_CASE("a certificate that does not verify is reported in one line", "[cli]") {
  const TempDir work;
  MadeUpApi api;
  api.index({{1, "one"}});
  std::vector<std::string> options = api.serve();
  const auto authority = std::find(options.begin(), options.end(), "--cacert");
  options.erase(authority, authority + 2);
  expect({{"-o", work / "sprites"}, 3, {"https://pokeapi.co/", "certificate"}}, options);
}

TEST_CASE("-h and --help of every command have the same layout", "[cli][help]") {
  using Words = std::vector<std::string>;
  const Words command = GENERATE(Words{}, Words{"bench"}, Words{"bench", "calls"}, Words{"mirror"});
  CAPTURE(command);
  const auto help = [&](const char* option) {
    Words arguments = command;
    arguments.emplace_back(option);
    const Outcome outcome = run(program(arguments));
    CHECK(outcome.exit_status == 0);
    CHECK(outcome.err.empty());
    std::vector<std::string> lines;
    std::istringstream text(outcome.out);
    for (std::string line; std::getline(text, line);) {
      CAPTURE(line);
      CHECK(spritefarm::text::width_of(line) <= 80);
      lines.push_back(line);
    }
    return lines;
  };
  const std::vector<std::string> brief = help("-h"), full = help("--help");
  REQUIRE(brief.size() <= 25);
  REQUIRE(brief.size() >= 10);
  CHECK(*(brief.end() - 4) == "Examples:");
  for (auto example = brief.end() - 3; example != brief.end(); ++example)
    CHECK(example->rfind("  spritefarm ", 0) == 0);
  std::string name = "spritefarm";
  for (const std::string& word : command) name += " " + word;
  for (const std::vector<std::string>& lines : {brief, full}) {
    CHECK(lines[0].back() == '.');
    CHECK(lines[2].rfind("Usage: " + name + " [OPTIONS]", 0) == 0);
    CHECK(std::count(lines.begin(), lines.end(), "Examples:") == 1);
  }
  CHECK(std::count(full.begin(), full.end(), "Help:") == 1);
  CHECK(std::count(full.begin(), full.end(), "Exit status:") == 1);
}

TEST_CASE("--version prints on standard output", "[cli]") {
  const Outcome version = run(program({"--version"}));
  CHECK(version.exit_status == 0);
  CHECK(version.out.find("spritefarm") != std::string::npos);
  CHECK(version.err.empty());
}
