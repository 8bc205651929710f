#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace spritefarm::test {

/// The report of `--json`, parsed by simdjson, independently of the code that writes it. Throws
/// std::runtime_error unless it is one JSON object with all members that the README documents.
struct RunReport {
  explicit RunReport(std::string_view json);

  std::string mode, transport;
  std::map<std::string, std::uint64_t> count;  ///< workers, selected, downloaded, …
  double seconds = 0;

  struct Failure {
    std::string name, sprite, url, reason;
    std::uint64_t attempts = 0;
  };
  std::vector<Failure> failures;

  struct Missing {
    std::string name, sprite;
  };
  std::vector<Missing> missing_sprites;

  struct UrlFallback {
    std::string url, instead;
  };
  std::vector<UrlFallback> detours;

  struct Note {
    std::string name, sprite, note;
  };
  std::vector<Note> notes;
};

}  // namespace spritefarm::test
