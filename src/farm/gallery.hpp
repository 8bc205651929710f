#pragma once

#include "farm/run_listener.hpp"
#include "pokeapi/record.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>

namespace spritefarm::farm {

/// The contact sheet of an output directory: what a run has found of each sprite, and what earlier runs have left. The
/// same sprites give the same page, whatever was downloaded for it and in which order. The coordinator's; takes some
/// hundred bytes for each sprite.
class Gallery final : public RunListener {
 public:
  /// Its name in the output directory.
  static constexpr const char* file_name = "index.html";

  void on_result(std::uint64_t number, const FarmResult& result) override;
  /// What an earlier run has made; counts where this run has nothing of the same sprite, or only that it could not be had.
  void add_stored(const pokeapi::Record& record, const std::string& key, const std::string& path);

  /// Whether a sprite's own file has that name.
  [[nodiscard]] bool has_path(const std::string& path) const;
  /// One HTML document that needs nothing but the files beside it.
  [[nodiscard]] std::string page() const;

 private:
  enum class Status { there, missing, failed };
  struct Entry {
    Status status = Status::there;
    std::string path;    // empty: there is no file
    std::string reason;  // why it failed
  };
  /// The order of the sheet: by id (unknown ones last) and name, then a record's own sprites before those of its deeper
  /// keys.
  using SortKey = std::tuple<std::uint32_t, std::string, std::ptrdiff_t, std::string>;
  static SortKey sort_key(std::uint32_t id, const std::string& name, const std::string& key);

  std::map<SortKey, Entry> m_entries;
};

}  // namespace spritefarm::farm
