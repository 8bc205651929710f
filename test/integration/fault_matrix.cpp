#include "integration/fault_matrix.hpp"

#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/program.hpp"
#include "support/run_report.hpp"
#include "support/temp_dir.hpp"
#include "support/time_limit.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sstream>

namespace spritefarm::test {
namespace {

// The content of a file before and after a run in which its sprite fails.
const std::string before = "previous content";

/// The run of one row in one mode.
struct FaultRun {
  FaultRun(const FaultRow& of, const FaultMode& in) : row(of), mode(in), output(work / "sprites") {
    std::filesystem::create_directory(output);
    if (row.failed)
      for (const std::string& name : *row.failed) write_file(output / (name + ".png"), before);
    process = std::make_unique<Subprocess>(row.command(mode, output));
  }

  [[nodiscard]] const std::map<std::string, std::string>& source() const {
    return mode.name == "serial" && row.serial_source ? *row.serial_source : row.source;
  }

  const FaultRow& row;
  const FaultMode& mode;
  const TempDir work;
  const std::filesystem::path output;
  std::unique_ptr<Subprocess> process;
};

void check_files(const FaultRun& run, const RunReport& report) {
  std::map<std::string, std::string> expected;
  for (const auto& [name, bytes] : run.source()) expected[name + ".png"] = bytes;
  for (const RunReport::Failure& failure : report.failures) {
    const bool known = run.row.failed && run.row.failed->count(failure.name) == 1;
    if (known)
      expected[failure.name + ".png"] = before;
    else
      expected.erase(failure.name + ".png");
  }
  if (report.count.at("selected") == 0) expected.clear();
  CHECK((read_tree(run.output) == expected));
}

/// The sprites that messages name as failed: one with its reason, or a list of those with the same.
std::set<std::string> named_as_failed(const std::string& messages) {
  std::set<std::string> sprites;
  std::istringstream lines(messages);
  const std::string prefix = "spritefarm: ", key = " front_default", list = " more" + key + " sprite",
                    end = "): ";
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(prefix)) continue;
    line.erase(0, prefix.size());
    if (line.find(list) < line.find(':')) {
      std::istringstream names(line.substr(line.rfind(end) + end.size()));
      for (std::string name; std::getline(names >> std::ws, name, ',');) sprites.insert(name + key);
    } else {
      sprites.insert(line.substr(0, line.find(": ")));
    }
  }
  return sprites;
}

void check_names(const FaultRun& run, const RunReport& report, const Outcome& outcome) {
  const std::set<std::string> told = named_as_failed(outcome.err);
  std::set<std::string> named;
  for (const RunReport::Failure& failure : report.failures) {
    CAPTURE(failure.name, failure.reason);
    named.insert(failure.name);
    CHECK(run.source().count(failure.name) == 1);
    CHECK_FALSE(failure.reason.empty());
    if (run.row.exit_status != 4 && outcome.err.find("this run cannot go on") == std::string::npos)
      CHECK(told.contains(failure.name + " front_default"));
  }
  CHECK(named.size() == report.count.at("failed"));
  CHECK(report.count.at("downloaded") + report.count.at("failed") + report.count.at("missing") ==
        report.count.at("selected"));
  if (report.count.at("selected") == 0) return;
  CHECK(report.count.at("downloaded") + report.count.at("failed") == run.source().size());
  if (run.row.failed) CHECK(named == *run.row.failed);
}

void check(FaultRun& run) {
  const Outcome outcome =
      run.process->finish(faults_in_full() ? std::chrono::hours(1) : Subprocess::long_enough);
  CAPTURE(run.row.fault, run.mode.name, outcome.err);
  const RunReport report(outcome.out);
  std::printf("%-38s %-9s exit %d  files %4zu/%-4zu retries %5zu  %6.1f s\n", run.row.fault.c_str(),
              run.mode.name.c_str(), outcome.exit_status, std::size_t{report.count.at("downloaded")},
              run.source().size(), std::size_t{report.count.at("retries")}, report.seconds);
  std::fflush(stdout);

  CHECK(report.mode == run.mode.name);
  if (run.row.exit_status)
    CHECK(outcome.exit_status == *run.row.exit_status);
  else if (report.count.at("selected") == 0)
    CHECK((outcome.exit_status == 1 || outcome.exit_status == 3));
  else
    CHECK(outcome.exit_status == (report.count.at("failed") > 0 ? 1 : 0));
  check_files(run, report);
  check_names(run, report, outcome);
  for (const std::string& words : run.row.messages) {
    CAPTURE(words);
    CHECK(outcome.err.find(words) != std::string::npos);
  }
  if (run.row.has_retries) CHECK(report.count.at("retries") > 0);
}

}  // namespace

bool faults_in_full() {
  const char* const form = std::getenv("SPRITEFARM_FAULTS");
  return form != nullptr && std::string(form) == "full";
}

const std::vector<FaultMode>& fault_modes() {
  static const std::vector<FaultMode> in_short{{"processes", 0, {"-p", "2", "-c", "4"}},
                                               {"threads", 1, {"-t", "2", "-c", "4"}},
                                               {"serial", 2, {"-s"}}},
      in_full{{"processes", 0, {"-p", "4"}}, {"threads", 1, {"-t", "4"}}, {"serial", 2, {"-s"}}};
  return faults_in_full() ? in_full : in_short;
}

Command farm_command(const FaultMode& mode, const std::filesystem::path& output,
                     std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), mode.arguments.begin(), mode.arguments.end());
  arguments.insert(arguments.end(), {"--json", "-o", output});
  return program(std::move(arguments));
}

void check_faults(const std::vector<FaultRow>& rows) {
  if (faults_in_full()) set_time_limit(std::chrono::hours(2));
  const std::size_t at_once = faults_in_full() ? 1 : 4, modes = fault_modes().size();
  std::vector<std::unique_ptr<FaultRun>> runs(rows.size() * modes);
  const auto start = [&](std::size_t row) {
    for (const FaultMode& mode : fault_modes())
      runs[row * modes + mode.number] = std::make_unique<FaultRun>(rows[row], mode);
  };
  for (std::size_t row = 0; row < std::min(at_once, rows.size()); ++row) start(row);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (std::size_t mode = 0; mode < modes; ++mode) {
      check(*runs[row * modes + mode]);
      runs[row * modes + mode].reset();
    }
    if (row + at_once < rows.size()) start(row + at_once);
  }
}

std::map<std::string, std::string> front_sprites_of(const std::string& base_url, int count) {
  simdjson::dom::parser parser, record_parser;
  const std::string index = http_get(base_url + "pokemon?limit=" + std::to_string(count));
  std::map<std::string, std::string> sprites;
  const simdjson::dom::array results = parser.parse(index)["results"];
  const auto text = [](const simdjson::dom::element value) {
    return std::string(value.get_string().value());
  };
  for (const simdjson::dom::element entry : results) {
    const std::string record = http_get(text(entry["url"]));
    const simdjson::dom::element sprite = record_parser.parse(record)["sprites"]["front_default"];
    if (!sprite.is_null()) sprites[text(entry["name"])] = http_get(text(sprite));
  }
  return sprites;
}

}  // namespace spritefarm::test
