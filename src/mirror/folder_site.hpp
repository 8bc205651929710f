#pragma once

#include "mirror/answer_cache.hpp"
#include "mirror/catalogue.hpp"
#include "mirror/site.hpp"

#include <filesystem>
#include <optional>

namespace spritefarm::mirror {

/// A folder of saved answers: api/v2/pokemon/index.json is the index, of which pages are served;
/// api/v2/pokemon/N/index.json are the records, found by name too; other files are served as they are. In
/// documents, the hosts of the PokéAPI become this mirror, so that what was saved can be farmed. Never serves
/// what lies outside the folder, symbolic links included. A changed file is seen at once, the index is not.
class FolderSite : public Site {
 public:
  /// Throws std::runtime_error if there is no such folder, or its index cannot be read.
  explicit FolderSite(const std::filesystem::path& root);
  SharedAnswer answer(const Request& request) override;

 private:
  [[nodiscard]] std::optional<std::filesystem::path> find_file(const std::string& path) const;

  const std::filesystem::path m_root;
  const Catalogue m_catalogue;
  AnswerCache m_cache;
};

}  // namespace spritefarm::mirror
