#include "cache/record_codec.hpp"
#include "farm/http_cache.hpp"
#include "support/catch.hpp"
#include "support/file_tree.hpp"
#include "support/temp_dir.hpp"

#include <utility>

using namespace spritefarm;
using namespace spritefarm::farm;

namespace {

HttpCache cache_in(const std::filesystem::path& folder, const cli::Messages& messages) {
  return {{.remember = true,
           .output = folder.string(),
           .path_template = *text::OutputTemplate::parse("{name}.{ext}")},
          messages,
          [] { return DatasetHash{}; }};
}

std::int64_t changed(const std::filesystem::path& folder, const std::string& path) {
  return system::stamp_of(system::Directory::open(folder.string()), path).value().changed;
}

}  // namespace

TEST_CASE("names of a ledger have a limit in memory", "[farm][ledger]") {
  const test::TempDir folder;
  const cli::Messages messages(cli::Verbosity::quiet);
  const std::string content = cache::encode_record({1, std::string(1 << 20, 'x'), {}});
  {
    cache::Ledger ledger(folder / ".spritefarm.db");
    for (int i = 0; i < 70; ++i) ledger.store(std::to_string(i), cache::LedgerDocument{{}, {}, "", content});
  }
  CHECK(cache_in(folder.path(), messages).names().size() == 63);
}

TEST_CASE("small documents that become large ones have a limit in memory", "[farm][ledger]") {
  const test::TempDir folder;
  const cli::Messages messages(cli::Verbosity::quiet);
  {
    cache::Ledger ledger(folder / ".spritefarm.db");
    for (int i = 10; i < 50; ++i) {
      const std::string number = std::to_string(i), path = number + ".png";
      pokeapi::Record record{1, "x", {}};
      for (int j = 0; j < 200; ++j)
        record.sprites.push_back({std::string(20'000, 'k'), "u" + number + '-' + std::to_string(j)});
      ledger.store(number, cache::LedgerDocument{{}, {}, "", cache::encode_record(record)});
      test::write_file(folder / path, "image");
      ledger.store(path, cache::LedgerImage{
                             .url = "u" + number + "-0", .size = 5, .changed = changed(folder.path(), path)});
    }
  }
  int intact = 0;
  HttpCache cache = cache_in(folder.path(), messages);
  cache.for_each_stored([&](const auto&...) { ++intact; });
  CHECK(intact == 16);
}

TEST_CASE("a ledger names no file outside of the output directory", "[farm][ledger]") {
  const test::TempDir folder;
  const cli::Messages messages(cli::Verbosity::quiet);
  test::write_file(folder / "secret.png", "image");
  std::filesystem::create_directory(folder / "out");
  const std::string path = GENERATE(false, true) ? "../secret.png" : (folder / "secret.png").string();
  {
    cache::Ledger ledger(folder / "out/.spritefarm.db");
    ledger.store("u",
                 cache::LedgerDocument{
                     {}, {}, "", cache::encode_record({1, "x", {{"front_default", "https://h/x.png"}}})});
    ledger.store(path,
                 cache::LedgerImage{
                     .url = "https://h/x.png", .size = 5, .changed = changed(folder.path(), "secret.png")});
  }
  HttpCache cache = cache_in(folder / "out", messages);
  int files = 0;
  cache.for_each_stored([&](const auto&...) { ++files; });
  CHECK(files == 0);
}
