#include "cli/progress_line.hpp"

#include "support/catch.hpp"

using namespace spritefarm::cli;
using Rank = ProgressPart::Rank;

namespace {

std::string shown(const std::vector<ProgressPart>& parts, std::size_t columns) {
  return TextStyle(false, true).line(progress_line(parts, columns));
}

std::vector<ProgressPart> paused_run() {
  return {progress_bar(50, 100),
          {"50 of 100 pokémon", Tone::plain, Rank::count},
          {"raw.githubusercontent.com asks for a pause: 12 s", Tone::warning, Rank::pause},
          {"2 failed", Tone::failed, Rank::important},
          {"50 sprites", Tone::plain, Rank::other},
          {"20 s left", Tone::plain, Rank::other}};
}

}  // namespace

TEST_CASE("a pause is shown before anything else that could be dropped", "[cli][progress]") {
  const std::string pause = "raw.githubusercontent.com asks for a pause: 12 s";
  CHECK(shown(paused_run(), 200) ==
        "██████████░░░░░░░░░░  50 of 100 pokémon  " + pause + "  2 failed  50 sprites  20 s left");
  CHECK(shown(paused_run(), 79) == "50 of 100 pokémon  " + pause + "  2 failed");
  CHECK(shown(paused_run(), 60) == pause + "  2 failed");
  CHECK(shown(paused_run(), 39) == pause);  // the terminal's width cuts it
}

TEST_CASE("a message has all parts but the bar", "[cli][progress]") {
  CHECK(
      progress_message(paused_run()) ==
      "50 of 100 pokémon, raw.githubusercontent.com asks for a pause: 12 s, 2 failed, 50 sprites, 20 s left");
}

TEST_CASE("a bar is full at the end and not before", "[cli][progress]") {
  CHECK(progress_bar(0, 0).text == progress_bar(7, 7).text);
  CHECK(progress_bar(8, 7).text == progress_bar(7, 7).text);
  CHECK(progress_bar(99'999, 100'000).text != progress_bar(7, 7).text);
}

TEST_CASE("a duration has seconds, minutes or hours", "[cli][progress]") {
  CHECK(duration_text(0) == "0 s");
  CHECK(duration_text(59.4) == "59 s");
  CHECK(duration_text(59.5) == "1:00");
  CHECK(duration_text(3725) == "1:02:05");
}
