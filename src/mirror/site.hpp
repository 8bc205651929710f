#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spritefarm::mirror {

/// All of a client's request that an answer depends on.
struct Request {
  std::string path;    ///< decoded, begins with a slash
  std::string query;   ///< as received, without the question mark
  std::string origin;  ///< "http://host:port" from the Host header: prefix of the URLs in documents
  bool gzip = false;   ///< the client accepts gzip
};

/// A complete response. Immutable and shared by equal requests.
struct Answer {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string tag;  ///< ETag; empty: none
};
using SharedAnswer = std::shared_ptr<const Answer>;

/// The resources of a mirror. Owned by a Mirror and called by several of its threads at once.
class Site {
 public:
  virtual ~Site() = default;
  virtual SharedAnswer answer(const Request& request) = 0;
};

/// 404 with the Cache-Control of the real service: five days.
SharedAnswer not_found();

/// A JSON document with the headers of the PokéAPI: ETag, Cache-Control of one day, gzip if the client
/// accepts it.
SharedAnswer json_answer(const Request& request, std::string document, std::string_view dataset_hash);

/// A picture with the headers of the image host.
SharedAnswer image_answer(std::string_view extension, std::string image);

}  // namespace spritefarm::mirror
