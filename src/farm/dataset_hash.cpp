#include "farm/dataset_hash.hpp"

#include "farm/downloader.hpp"
#include "pokeapi/dataset.hpp"

#include <utility>

namespace spritefarm::farm {

std::string dataset_url(const std::string& base_url) {
  return base_url + "meta/";
}

Task<DatasetHash> fetch_dataset_hash(std::string base_url) {
  DatasetHash answer;
  net::HttpRequest request;
  request.url = dataset_url(base_url);
  request.compressed = true;
  request.check = [&answer](const net::HttpResponse& response) -> Result<void> {
    Result<std::string> hash = pokeapi::parse_dataset_hash(response.body);
    if (!hash) return hash.error();
    answer.hash = *std::move(hash);
    return {};
  };
  Task<net::HttpFetch> getting = Downloader::current().get_document(std::move(request), answer.count);
  const net::HttpFetch fetch = co_await std::move(getting);
  if (fetch.outcome)
    answer.freshness_lifetime = fetch.outcome->freshness_lifetime;
  else
    answer.error = fetch.outcome.error().message;
  co_return answer;
}

}  // namespace spritefarm::farm
