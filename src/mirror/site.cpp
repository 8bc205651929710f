#include "mirror/site.hpp"

#include "mirror/entity_tag.hpp"
#include "mirror/gzip.hpp"
#include "pokeapi/etag.hpp"

namespace spritefarm::mirror {

namespace {

std::string content_type(std::string_view extension) {
  if (extension == "png") return "image/png";
  if (extension == "gif") return "image/gif";
  if (extension == "svg") return "image/svg+xml";
  if (extension == "html") return "text/html; charset=utf-8";
  if (extension == "txt") return "text/plain; charset=utf-8";
  return "application/octet-stream";
}

}  // namespace

SharedAnswer not_found() {
  static const SharedAnswer answer =
      std::make_shared<const Answer>(Answer{404,
                                            {{"Content-Type", "text/plain; charset=utf-8"},
                                             {"Cache-Control", "public, max-age=432000, s-maxage=432000"}},
                                            "Not Found",
                                            {}});
  return answer;
}

SharedAnswer json_answer(const Request& request, std::string document, std::string_view dataset_hash) {
  auto answer = std::make_shared<Answer>();
  answer->tag = pokeapi::make_etag(document);
  answer->headers = {{"Content-Type", "application/json; charset=utf-8"},
                     {"Cache-Control", "public, max-age=86400, s-maxage=86400"},
                     {"Vary", "Accept-Encoding"},
                     {"X-PokeAPI-Hash", std::string(dataset_hash)},
                     {"ETag", answer->tag}};
  if (request.gzip) {
    answer->headers.emplace_back("Content-Encoding", "gzip");
    answer->body = gzip(document);
  } else {
    answer->body = std::move(document);
  }
  return answer;
}

SharedAnswer image_answer(std::string_view extension, std::string image) {
  auto answer = std::make_shared<Answer>();
  answer->tag = image_tag(image);
  answer->headers = {
      {"Content-Type", content_type(extension)}, {"Cache-Control", "max-age=300"}, {"ETag", answer->tag}};
  // Of a document that is opened as a page, such as an SVG, nothing runs.
  if (extension == "svg" || extension == "html")
    answer->headers.emplace_back("Content-Security-Policy",
                                 "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  answer->body = std::move(image);
  return answer;
}

}  // namespace spritefarm::mirror
