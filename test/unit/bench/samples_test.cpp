#include "bench/samples.hpp"

#include "bench/metric_text.hpp"
#include "bench/text_table.hpp"
#include "support/catch.hpp"

using namespace spritefarm::bench;

TEST_CASE("samples know their middle and their ends, whatever their order", "[bench]") {
  Samples samples;
  CHECK(samples.median() == 0);
  for (const double value : {5.0, 1.0, 4.0, 2.0}) samples.add(value);
  CHECK(samples.median() == 3);
  CHECK(samples.least() == 1);
  CHECK(samples.most() == 5);
  samples.add(3);
  CHECK(samples.median() == 3);
  CHECK(samples.quantile(0.75) == 4);
  CHECK(samples.in_order() == std::vector<double>{5, 1, 4, 2, 3});
}

TEST_CASE("a table's columns are as wide as their characters", "[bench]") {
  TextTable table({"who", "µs"});
  table.add({"serial", "1–20"});
  table.add({"é", ""});
  CHECK(table.text() == "who       µs\nserial  1–20\né\n");
}

TEST_CASE("numbers are shown as one reads them", "[bench]") {
  CHECK(brief(1234567.8) == "1234568");
  CHECK(brief(99.96) == "100");
  CHECK(brief(12.34) == "12.3");
  CHECK(brief(0.01234) == "0.012");
  CHECK(brief(0) == "0");
}
