#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spritefarm::mirror {

/// What a client asks for, with everything that the answer may depend on.
struct Request {
  std::string path;    ///< decoded, begins with a slash
  std::string query;   ///< as it came, without the question mark
  std::string origin;  ///< "http://host:port" as the client calls us: stands before the URLs in documents
  bool gzip = false;   ///< may be compressed
};

/// A whole response. Immutable once made, and shared by all who get the same.
struct Answer {
  unsigned status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string tag;  ///< its ETag; empty: none
};
using SharedAnswer = std::shared_ptr<const Answer>;

/// The resources that a mirror serves. Called by several threads at once.
class Site {
 public:
  virtual ~Site() = default;
  virtual SharedAnswer answer(const Request& request) = 0;
};

/// 404, with the five days of caching that the real service gives its failures.
SharedAnswer not_found();

/// A JSON document as the PokéAPI sends it: entity tag, a day of caching, compressed if that is allowed.
SharedAnswer json_answer(const Request& request, std::string document, std::string_view dataset_hash);

/// A picture as the image host sends it.
SharedAnswer image_answer(std::string_view extension, std::string image);

}  // namespace spritefarm::mirror
