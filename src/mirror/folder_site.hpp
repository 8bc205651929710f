#pragma once

#include "mirror/answer_cache.hpp"
#include "mirror/catalogue.hpp"
#include "mirror/site.hpp"

#include <filesystem>
#include <optional>

namespace spritefarm::mirror {

/// Serves a folder of saved responses. api/v2/pokemon/index.json is the index, served in pages.
/// api/v2/pokemon/N/index.json are the records, also found by name. Other files are served unchanged. In JSON
/// documents, the hosts of the PokéAPI are replaced by this mirror. Files outside the folder are 404, also if
/// a symbolic link leads to them. The index is read once; changes of other files take effect at once. Owned
/// by a Mirror and used by all its threads.
class FolderSite : public Site {
 public:
  /// Throws std::runtime_error if the folder does not exist or its index cannot be read.
  explicit FolderSite(const std::filesystem::path& root);
  SharedAnswer answer(const Request& request) override;

 private:
  [[nodiscard]] std::optional<std::filesystem::path> find_file(const std::string& path) const;

  const std::filesystem::path m_root;
  const Catalogue m_catalogue;
  AnswerCache m_cache;
};

}  // namespace spritefarm::mirror
