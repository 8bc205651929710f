#include "bench/samples.hpp"

#include "bench/metric_text.hpp"
#include "bench/text_table.hpp"
#include "support/catch.hpp"

using namespace spritefarm::bench;

TEST_CASE("samples have a median, a minimum and a maximum in any order", "[bench]") {
  Samples samples;
  CHECK(samples.median() == 0);
  for (const double value : {5.0, 1.0, 4.0, 2.0}) samples.add(value);
  CHECK(samples.median() == 3);
  CHECK(samples.min() == 1);
  CHECK(samples.max() == 5);
  samples.add(3);
  CHECK(samples.median() == 3);
  CHECK(samples.quantile(0.75) == 4);
  CHECK(samples.in_order() == std::vector<double>{5, 1, 4, 2, 3});
}

TEST_CASE("table columns count characters, not bytes", "[bench]") {
  TextTable table({"executor", "µs"});
  table.add({"serial", "1–20"});
  table.add({"é", ""});
  CHECK(table.text() == "executor    µs\nserial    1–20\né\n");
}

TEST_CASE("numbers are shown with about three digits", "[bench]") {
  CHECK(brief(1234567.8) == "1234568");
  CHECK(brief(99.96) == "100");
  CHECK(brief(12.34) == "12.3");
  CHECK(brief(0.01234) == "0.012");
  CHECK(brief(0) == "0");
}
