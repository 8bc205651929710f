#pragma once

#include "farm/run_listener.hpp"
#include "pokeapi/record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace spritefarm::farm {

/// The contact sheet of an output directory: the result of each sprite of a run, and the sprites of earlier
/// runs. The same sprites give the same page, no matter which run downloaded them and in which order. The run
/// owns it, in the coordinator's process. It needs a few hundred bytes of memory for each sprite.
class Gallery final : public RunListener {
 public:
  /// The name of the page's file in the output directory.
  static constexpr const char* file_name = "index.html";

  void on_result(std::uint64_t number, const FarmResult& result) override;
  /// Adds a file of an earlier run. It is ignored if this run has a file of the same sprite.
  void add_stored(const pokeapi::Record& record, const std::string& key, const std::string& path);

  /// Whether the file of a sprite has this path.
  [[nodiscard]] bool has_path(const std::string& path) const;
  /// The page: one HTML document that refers only to the sprites beside it.
  [[nodiscard]] std::string page() const;

 private:
  enum class Status { there, missing, failed };
  struct Entry {
    Status status = Status::there;
    std::string path;    // empty: no file
    std::string reason;  // of the failure
  };
  /// The order of the sheet: by id (unknown ids last), name, number of dots in the key, key.
  using SortKey = std::tuple<std::uint32_t, std::string, std::ptrdiff_t, std::string>;
  static SortKey sort_key(std::uint32_t id, const std::string& name, const std::string& key);

  std::map<SortKey, Entry> m_entries;
};

}  // namespace spritefarm::farm
