#include "support/run_report.hpp"

#include <simdjson.h>

#include <stdexcept>

namespace spritefarm::test {

namespace {

std::string text(const simdjson::simdjson_result<simdjson::dom::element>& value) {
  return std::string(value.get_string().value());
}

}  // namespace

RunReport::RunReport(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element report;
  try {
    report = parser.parse(json.data(), json.size());
    mode = text(report["mode"]);
    transport = text(report["transport"]);
    seconds = double(report["seconds"]);
    for (const char* key : {"workers", "concurrency", "selected", "downloaded", "unchanged", "missing",
                            "failed", "requests", "retries", "connections", "worker_deaths", "bytes"}) {
      count[key] = std::uint64_t(report[key]);
    }
    const simdjson::dom::array failed = report["failures"], missing = report["missing_sprites"],
                               detours_taken = report["detours"], noted = report["notes"];
    for (const simdjson::dom::element one : failed) {
      failures.push_back({text(one["name"]), text(one["sprite"]), text(one["url"]), text(one["reason"]),
                          std::uint64_t(one["attempts"])});
    }
    for (const simdjson::dom::element one : missing) {
      missing_sprites.push_back({text(one["name"]), text(one["sprite"])});
    }
    for (const simdjson::dom::element one : detours_taken)
      detours.push_back({text(one["url"]), text(one["instead"])});
    for (const simdjson::dom::element one : noted)
      notes.push_back({text(one["name"]), text(one["sprite"]), text(one["note"])});
  } catch (const simdjson::simdjson_error& error) {
    throw std::runtime_error(std::string("the JSON report lacks a documented member (") + error.what() +
                             "): " + std::string(json));
  }
}

}  // namespace spritefarm::test
