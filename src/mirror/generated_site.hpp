#pragma once

#include "mirror/answer_cache.hpp"
#include "mirror/catalogue.hpp"
#include "mirror/site.hpp"

namespace spritefarm::mirror {

/// An invented PokéAPI with its image host. Names, ids, document structure and sizes are real, pictures show
/// invented creatures. Owned by a Mirror and used by all its threads.
class GeneratedSite : public Site {
 public:
  explicit GeneratedSite(std::size_t count);
  SharedAnswer answer(const Request& request) override;

 private:
  SharedAnswer make(const Request& request) const;
  SharedAnswer make_api(const Request& request, std::string_view resource) const;

  const Catalogue m_catalogue;
  const std::string m_dataset_hash;
  AnswerCache m_cache;
};

}  // namespace spritefarm::mirror
