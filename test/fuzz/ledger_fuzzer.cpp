#include "cache/open_ledger.hpp"
#include "fuzz/fuzz_input.hpp"
#include "system/temporary_directory.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace spritefarm;
using fuzz::must;

namespace {

const std::string url = "https://host/pokemon/1/", image_path = "bulbasaur.png";

void fill(const std::string& path) {
  cache::Ledger ledger(path);
  for (int i = 1; i < 40; ++i)
    ledger.store("https://host/pokemon/" + std::to_string(i) + "/",
                 cache::LedgerDocument{{"W/\"1\"", ""}, {4, 5}, "set", std::string(300, 'c')});
  ledger.store(image_path, cache::LedgerImage{url, {}, {4, 5}, 6, 7, std::string(32, 's')});
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The bytes of a ledger that another run has written; made once.
const std::string& whole_ledger() {
  static const std::string bytes = [] {
    const system::TemporaryDirectory folder;
    fill(folder.path() + "/ledger");
    return read(folder.path() + "/ledger");
  }();
  return bytes;
}

/// Uses a ledger as a run does. False if it is damaged.
bool use(cache::Ledger& ledger) {
  try {
    ledger.document(url);
    ledger.image(image_path, url);
    ledger.store(url, cache::LedgerDocument{{}, {0, 1}, "", "new"});
    ledger.commit();
    const auto kept = ledger.document(url);
    must(kept && kept->content == "new", "a stored document is found");
    return true;
  } catch (const cache::SqliteError& error) {
    must(error.is_damage(), (std::string("damage is reported as damage: ") + error.what()).c_str());
    return false;
  }
}

}  // namespace

/// Damage to the ledger of an earlier run: the number of bytes cut off its end, then patches (offset, length,
/// bytes).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const system::TemporaryDirectory folder;
  const std::string path = folder.path() + "/ledger";
  fuzz::FuzzInput input(data, size);
  std::string bytes = whole_ledger();
  bytes.resize(bytes.size() - std::min<std::size_t>(input.number<std::uint16_t>(), bytes.size()));
  while (!input.empty() && !bytes.empty()) {
    const std::size_t at = input.number<std::uint16_t>() % bytes.size();
    const std::string_view patch = input.bytes(input.number<std::uint8_t>() % 32);
    bytes.replace(at, std::min(patch.size(), bytes.size() - at), patch.substr(0, bytes.size() - at));
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) remove(entry.path());
  std::ofstream(path, std::ios::binary) << bytes;

  cache::OpenedLedger opened = cache::open_ledger(path);
  must(opened.ledger != nullptr,
       ("any file is replaced by a ledger: " + opened.warning.value_or("")).c_str());
  if (!opened.warning && !use(*opened.ledger)) {
    opened.ledger.reset();
    cache::set_aside(path);
    opened = cache::open_ledger(path);
    must(opened.ledger != nullptr && !opened.warning, "a new ledger replaces one that was set aside");
  }
  must(use(*opened.ledger), "a new ledger works");
  return 0;
}
