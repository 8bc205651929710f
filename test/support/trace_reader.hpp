#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace spritefarm::test {

struct Slice {
  double begin, end;
  std::string name, category;
  std::map<std::string, std::string> arguments;
};
using Track = std::pair<std::int64_t, std::int64_t>;

/// A trace file, parsed.
struct Trace {
  explicit Trace(const std::string& text);

  /// The path of each slice: the names of the slices that enclose it and its own, as "a/b/c". Checks that
  /// slices nest.
  [[nodiscard]] std::multiset<std::string> paths() const;

  std::map<std::string, int> phases;
  std::map<Track, std::vector<Slice>> slices;
  std::map<std::uint64_t, std::map<std::string, std::pair<Track, double>>> arrows;
  std::map<Track, std::string> tracks;
  std::map<Track, std::int64_t> order;
  std::map<std::int64_t, std::string> processes;
  std::int64_t in_flight = 0, queued = 0, max_in_flight = 0;
};

}  // namespace spritefarm::test
