#include "cli/help_page.hpp"

#include "support/catch.hpp"

using namespace spritefarm::cli;

namespace {

const HelpPage page{
    .summary = "Cook an egg.",
    .usage = {"egg [OPTIONS]", "egg boil [OPTIONS]"},
    .options = {{"Heat",
                 {{"-t, --time MINUTES",
                   "boil the egg for so many minutes, counted from the moment when the water boils [5]",
                   "boil for so many minutes [5]"},
                  {"--very-long-option VALUE", "has a line of its own"}}},
                {"Output", {{"--salt", "add salt", "add salt"}}}},
    .examples = {{"spritefarm egg -t 3", "a soft egg"}},
    .notes = {{"Exit status", {{"0", "the egg is cooked"}, {"12", "it is not"}}}},
};

}  // namespace

TEST_CASE("the short help has usage, the brief entries and the examples", "[cli][help]") {
  CHECK(short_help(page) ==
        R"(Cook an egg.

Usage: spritefarm egg [OPTIONS]
       spritefarm egg boil [OPTIONS]

Options:
  -t, --time MINUTES      boil for so many minutes [5]
      --salt              add salt
  -h, --help              print this summary (-h) or all options (--help)

Examples:
  spritefarm egg -t 3  a soft egg
)");
}

TEST_CASE("the full help has every entry, wrapped at 80 columns", "[cli][help]") {
  CHECK(full_help(page) ==
        R"(Cook an egg.

Usage: spritefarm egg [OPTIONS]
       spritefarm egg boil [OPTIONS]

Heat:
  -t, --time MINUTES      boil the egg for so many minutes, counted from the
                          moment when the water boils [5]
      --very-long-option VALUE
                          has a line of its own

Output:
      --salt              add salt

Help:
  -h, --help              print a summary (-h) or all options (--help)

Examples:
  spritefarm egg -t 3  a soft egg

Exit status:
  0   the egg is cooked
  12  it is not
)");
}

TEST_CASE("columns of the help are characters, not bytes", "[cli][help]") {
  const std::string five_words = "éééééééééé éééééééééé éééééééééé éééééééééé éééééééééé";
  const HelpPage accents{.options = {{"Options", {{"--e", five_words}}}}};
  CHECK(full_help(accents).find(five_words + "\n") != std::string::npos);
}
