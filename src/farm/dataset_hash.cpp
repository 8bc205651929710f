#include "farm/dataset_hash.hpp"

#include "farm/downloader.hpp"
#include "pokeapi/dataset.hpp"

#include <utility>

namespace spritefarm::farm {

std::string dataset_url(const std::string& base_url) {
  return base_url + "meta/";
}

Task<DatasetHash> fetch_dataset_hash(std::string base_url) {
  DatasetHash dataset;
  net::HttpRequest request;
  request.url = dataset_url(base_url);
  request.compressed = true;
  request.check = [&dataset](const net::HttpResponse& response) -> Result<void> {
    dataset.hash = pokeapi::parse_dataset_hash(response.body);
    if (!dataset.hash) return dataset.hash.error();
    return {};
  };
  Task<net::HttpFetch> getting = Downloader::current().get_document(std::move(request), dataset.count);
  const net::HttpFetch fetch = co_await std::move(getting);
  if (fetch.outcome)
    dataset.freshness_lifetime = fetch.outcome->freshness_lifetime;
  else
    dataset.hash = fetch.outcome.error();
  co_return dataset;
}

}  // namespace spritefarm::farm
