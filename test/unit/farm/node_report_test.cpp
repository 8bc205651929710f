#include "farm/node_report.hpp"

#include "support/catch.hpp"

using spritefarm::farm::line_of;
using spritefarm::farm::NodeReport;

TEST_CASE("the line of a node tells what it does and what came from it", "[farm][nodes]") {
  CHECK(line_of({.name = "one", .slots = 8, .busy = 3, .farmed = 1}) ==
        "node one                 3 of 8 busy  1 sprite");
  CHECK(line_of({.name = "one", .slots = 8, .busy = 8, .rate = 31.25, .farmed = 1200}) ==
        "node one                 8 of 8 busy  1200 sprites  at most 31.2 requests/s");
}

TEST_CASE("the line of a node that is gone tells what was lost", "[farm][nodes]") {
  CHECK(line_of({.name = "t\033wo",
                 .slots = 8,
                 .busy = 3,
                 .is_there = false,
                 .rate = 5,
                 .farmed = 2,
                 .deaths = 1}) == "node t\\x1bwo          gone  2 sprites  1 call lost");
}
