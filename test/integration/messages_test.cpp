#include "support/catch.hpp"
#include "support/program.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

using namespace spritefarm::test;

namespace {

/// A run of five pokémon on a mirror.
Command farm(const MirrorServer& mirror, const TempDir& work, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(),
                   {"--base-url", mirror.base_url(), "-o", work / "sprites", "-t", "1", "1-5"});
  return program(std::move(arguments));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool is_ascii(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char byte) { return static_cast<unsigned char>(byte) < 0x80; });
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("a cause that repeats is told once, with every sprite's name", "[messages]") {
  const MirrorServer mirror({"--fault", "404:100%"});
  const TempDir work;
  const std::vector<std::string> lines = lines_of(run(farm(mirror, work, {})).err);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].starts_with("spritefarm: "));
  CHECK(lines[0].ends_with(": status 404, not found; check the name or the base URL"));
  const std::string list =
      "spritefarm: 4 more front_default sprites failed (status 404, not found; check the name or the base URL): ";
  CHECK(lines[1].starts_with(list));
  CHECK(std::count(lines[1].begin() + static_cast<long>(list.size()), lines[1].end(), ',') == 3);
  for (const char* const id : {"1", "2", "3", "4", "5"})
    CHECK((lines[0].starts_with(std::string("spritefarm: ") + id + " front_default: ") !=
           holds(lines[1] + ",", std::string(" ") + id + ",")));

  const std::vector<std::string> each = lines_of(run(farm(mirror, work, {"-v"})).err);
  CHECK(each.size() == 5);
}

TEST_CASE("what is missing is told without a prefix, by one list", "[messages]") {
  const MirrorServer mirror;
  const TempDir work;
  const Outcome outcome = run(farm(mirror, work, {"--sprite", "front_female"}));
  INFO(outcome.err);
  CHECK(outcome.exit_status == 0);
  const std::vector<std::string> lines = lines_of(outcome.err);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].ends_with(" front_female: missing, its record has none"));
  CHECK(lines[1].find(" more front_female sprites missing: ") == 1);
  CHECK_FALSE(holds(outcome.err, "spritefarm:"));
}

TEST_CASE("a locale without UTF-8 gets ASCII, a report stays UTF-8", "[messages]") {
  const MirrorServer mirror;
  const TempDir work;
  Command command = farm(mirror, work, {"-v"});
  command.environment["LC_ALL"] = "C";
  const Outcome outcome = run(std::move(command));
  CHECK(is_ascii(outcome.out + outcome.err));
  CHECK(holds(outcome.out, " s, threads x 1\n"));
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"bench", "--help"},
                                                    {"bench", "calls", "--help"},
                                                    {"mirror", "--help"}}) {
    Command help = program(arguments);
    help.environment["LC_ALL"] = "C";
    CHECK(is_ascii(run(std::move(help)).out));
  }
}

TEST_CASE("colours are shown on request, or on a terminal", "[messages]") {
  const MirrorServer mirror({"--fault", "404:100%"});
  const TempDir work;
  const auto errors = [&](std::vector<std::string> arguments, bool is_terminal, const std::string& no_color) {
    Command command = farm(mirror, work, std::move(arguments));
    if (is_terminal) command.terminal = spritefarm::system::TerminalSize{100, 24};
    command.environment["TERM"] = "xterm";
    command.environment["NO_COLOR"] = no_color;
    return run(std::move(command)).err;
  };
  const std::string red = "\x1b[31mspritefarm: \x1b[0m";
  CHECK(holds(errors({}, true, ""), red));
  CHECK_FALSE(holds(errors({}, true, "1"), red));
  CHECK_FALSE(holds(errors({}, false, ""), red));
  CHECK(holds(errors({"--color", "always"}, false, "1"), red));
  CHECK_FALSE(holds(errors({"--color=never"}, true, ""), red));
  CHECK(holds(run(farm(mirror, work, {"--color", "always"})).out, "\x1b[31m5 failed\x1b[0m"));
}
