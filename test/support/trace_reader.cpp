#include "support/trace_reader.hpp"

#include "support/catch.hpp"

#include <simdjson.h>

#include <algorithm>
#include <string>

namespace spritefarm::test {

Trace::Trace(const std::string& text) {
  simdjson::dom::parser parser;
  for (const simdjson::dom::element event : simdjson::dom::array(parser.parse(text))) {
    const std::string phase(event["ph"].get_string().value()), name(event["name"].get_string().value());
    const Track track{std::int64_t(event["pid"]), std::int64_t(event["tid"])};
    const double at = double(event["ts"]);
    ++phases[phase];
    if (phase == "X") {
      CHECK(double(event["dur"]) >= 0);
      Slice slice{at, at + double(event["dur"]), name, std::string(event["cat"].get_string().value()), {}};
      for (const auto& [key, value] : simdjson::dom::object(event["args"]))
        slice.arguments[std::string(key)] = simdjson::minify(value);
      CHECK(!slice.arguments.empty());
      slices[track].push_back(slice);
    } else if (phase == "s" || phase == "t" || phase == "f") {
      arrows[std::uint64_t(event["id"])][phase] = {track, at};
    } else if (phase == "C") {
      in_flight = std::int64_t(event["args"]["in flight"]);
      queued = std::int64_t(event["args"]["queued"]);
      CHECK(in_flight >= 0);
      CHECK(queued >= 0);
      max_in_flight = std::max(max_in_flight, in_flight);
    } else if (phase == "M" && name == "thread_name") {
      tracks[track] = std::string(event["args"]["name"].get_string().value());
    } else if (phase == "M" && name == "thread_sort_index") {
      order[track] = std::int64_t(event["args"]["sort_index"]);
    } else if (phase == "M" && name == "process_name") {
      processes[track.first] = std::string(event["args"]["name"].get_string().value());
    }
  }
  for (auto& [track, track_slices] : slices)
    std::stable_sort(track_slices.begin(), track_slices.end(), [](const Slice& a, const Slice& b) {
      return a.begin < b.begin || (a.begin == b.begin && a.end > b.end);
    });
}

std::multiset<std::string> Trace::paths() const {
  constexpr double rounding = 0.002;  // a thousandth of a microsecond at each end
  std::multiset<std::string> all;
  for (const auto& [track, track_slices] : slices) {
    std::vector<const Slice*> around;
    for (const Slice& slice : track_slices) {
      while (!around.empty() && around.back()->end <= slice.begin + rounding) around.pop_back();
      CAPTURE(slice.name);
      if (!around.empty()) CHECK(slice.end <= around.back()->end + rounding);
      std::string path;
      for (const Slice* each : around) path += each->name + "/";
      all.insert(path + slice.name);
      around.push_back(&slice);
    }
  }
  return all;
}

}  // namespace spritefarm::test
