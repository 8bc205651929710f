#include "integration/fault_matrix.hpp"
#include "support/catch.hpp"
#include "support/program.hpp"

#include <memory>

using namespace spritefarm::test;

namespace {

using Sprites = std::map<std::string, std::string>;

/// The numbers of pokémon of a run.
struct Counts {
  int concurrent, serial;
};

/// A row with one mirror for each mode, because the faults depend on the number of requests to a URL.
FaultRow mirror_row(const std::string& fault, const Counts& counts,
                    const std::vector<std::string>& arguments) {
  static const MirrorServer sound;
  const auto spoiling = std::make_shared<std::vector<std::unique_ptr<MirrorServer>>>(fault_modes().size());
  FaultRow row;
  row.fault = fault;
  row.source = front_sprites_of(sound.base_url(), counts.concurrent);
  row.serial_source = front_sprites_of(sound.base_url(), counts.serial);
  row.command = [=](const FaultMode& mode, const std::filesystem::path& output) {
    auto& mirror = spoiling->at(mode.number) =
        std::make_unique<MirrorServer>(std::vector<std::string>{"--fault", fault, "--seed", "64"});
    std::vector<std::string> all = arguments;
    all.insert(all.end(), {"-n", std::to_string(mode.name == "serial" ? counts.serial : counts.concurrent),
                           "--base-url", mirror->base_url()});
    return farm_command(mode, output, std::move(all));
  };
  return row;
}

const std::vector<std::string> transient{"429",   "500",   "503",     "truncate",
                                         "stall", "reset", "garbage", "html"};

}  // namespace

TEST_CASE("each kind of temporary fault costs retries, and no sprite", "[faults]") {
  const Counts counts = faults_in_full() ? Counts{1351, 100} : Counts{6, 3};
  const std::string share = faults_in_full() ? ":10%" : ":25%";
  std::vector<FaultRow> rows;
  for (const std::string& kind : transient) {
    rows.push_back(mirror_row(kind + share, counts, {"--timeout", "2"}));
    // libcurl itself repeats a request if a reused connection is reset.
    rows.back().has_retries = kind != "reset";
  }
  rows.push_back(mirror_row("403" + share, counts, {"--timeout", "2"}));
  rows.back().fault += " limit";
  rows.back().has_retries = true;
  // A 404 is permanent: those sprites fail.
  rows.push_back(mirror_row("404" + share, counts, {}));
  rows.back().failed.reset();
  check_faults(rows);
}

TEST_CASE("one answer in ten spoilt, by all temporary faults in equal parts, costs time, and no sprite",
          "[faults]") {
  const bool in_full = faults_in_full();
  std::string all;
  for (const std::string& kind : transient)
    all += (all.empty() ? "" : ",") + kind + (in_full ? ":1.25%" : ":5%");
  std::vector<FaultRow> rows{
      mirror_row(all, in_full ? Counts{1351, 100} : Counts{6, 3},
                 in_full ? std::vector<std::string>() : std::vector<std::string>{"--timeout", "2"})};
  rows.back().fault = "all of these together";
  rows.back().has_retries = true;
  check_faults(rows);
}
